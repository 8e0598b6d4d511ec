// A and B: what is held, and where one types, draws or picks it.

import { desk, hold, holdAny, trying } from "./desk.js";
import { el } from "./dom.js";
import { areImages, arePictures, bytesOf, paint, pieceOf, same, shape, view }
  from "./pieces.js";
import { says } from "./strip.js";

const PAUSE = 500; // Milliseconds without a key: a sentence is read.

export class Slot {
  constructor(letter) {
    this.letter = letter;
    this.problem = el("p", { className: "problem", hidden: true });
    this.problem.setAttribute("role", "alert");
    this.below = el("div");
    const another = el("button", {
      type: "button", textContent: "another",
      title: desk.about.data ? "A piece of the data, by chance" : "A sample",
      onclick: () => this.any(),
    });
    const mark = el("span", { className: "letter" }, letter.toUpperCase());
    const entry = areImages() ? this.drawing() : this.typing();
    const form = el("form", { onsubmit: (event) => this.submit(event) },
      mark, entry, !desk.about.data && desk.about.cannot.sample ? null : another);
    this.element = el("div", { className: `slot ${letter}` },
      form, this.below, this.problem);
  }

  typing() {
    const molecules = arePictures();
    this.input = el("input", {
      type: "text", maxLength: 1000, spellcheck: false, autocomplete: "off",
      placeholder: molecules ? "SMILES of a molecule" : "type a sentence",
      oninput: () => {
        this.isTyping = true;
        clearTimeout(this.timer);
        // Half a SMILES is no molecule: these wait for Enter.
        if (!molecules) this.timer = setTimeout(() => this.read(), PAUSE);
      },
      onchange: () => this.read(),
      onblur: () => { if (!this.isTyping && this.known) this.input.value = this.known; },
    });
    this.input.setAttribute("aria-label", `${this.letter.toUpperCase()}: ` +
      (molecules ? "a molecule, as SMILES" : "a sentence"));
    return this.input;
  }

  submit(event) {
    event.preventDefault();
    if (this.input) this.read();
  }

  async read() {
    clearTimeout(this.timer);
    this.isTyping = false;
    const piece = this.input.value.trim();
    if (!piece || piece === this.known) return;
    this.known = piece;
    if (!(await this.take({ piece }))) this.known = null;
  }

  // Holds something else; says in the slot what is wrong with it.
  take(what) {
    this.isTaken = true;
    return trying(this.problem, () => hold(this.letter, what));
  }

  isFocused() { return this.input === document.activeElement; }

  // At first, unless a visitor was quicker.
  begin() {
    return !this.isFocused() && !this.isTaken && this.any();
  }

  any() {
    return trying(this.problem, () => holdAny(this.letter));
  }

  // As before, decoded in the way of now.
  again() {
    const { from } = desk.held[this.letter] ?? {};
    return from && !from.item && this.take(from);
  }

  // Shows what is held now.
  show() {
    const { item, copy, notes, from } = desk.held[this.letter];
    if (this.input) {
      this.known = from.piece ?? item.piece.text;
      // What a visitor is about to change is left alone.
      if (from.piece === undefined && !this.isFocused()) this.input.value = this.known;
    }
    const said = notes.map((note) => el("p", { className: "notes" }, note));
    if (areImages()) this.draw(item.piece);
    this.below.replaceChildren(
      ...(arePictures() ? this.pictures(item, copy) : this.words(item, copy)),
      ...said,
    );
  }

  words(item, copy) {
    const comes = copy ? ["comes back as", view(copy.piece)]
      : ["a code, which decodes to", view(item.piece)];
    return [el("div", { className: "copy" }, ...comes, says(item))];
  }

  pictures(item, copy) {
    const figures = areImages() ? [] : [[item, "as read"]];
    if (copy) {
      const exact = same(item.piece, copy.piece);
      figures.push([copy, exact ? "comes back as it is" : "comes back as"]);
    }
    const size = areImages() ? 112 : 200;
    const pair = figures.map(([one, words]) => el("figure", {},
      el("figcaption", {}, words), view(one.piece, size)));
    if (areImages()) {
      pair.unshift(el("figure", {},
        el("figcaption", {}, this.canDraw() ? "draw here" : "as read"), this.canvas));
    }
    return [el("div", { className: "pair" }, ...pair), el("div", { className: "copy" }, says(item))];
  }

  // Drawing: a canvas with the pixels of an image.

  canDraw() { return shape()[2] === 1; }

  drawing() {
    const [height, width, channels] = shape();
    this.bytes = new Uint8Array(height * width * channels);
    this.canvas = el("canvas", { className: "image draw", width, height });
    this.canvas.style.width = "112px";
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "An image to draw on");
    if (!this.canDraw()) return el("span");
    this.canvas.onpointerdown = (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.ink(event);
    };
    this.canvas.onpointermove = (event) => event.buttons && this.ink(event);
    this.canvas.onpointerup = () => this.drawn();
    return el("span", {}, el("button", {
      type: "button", textContent: "clear",
      onclick: () => { this.bytes.fill(0); this.drawn(); },
    }));
  }

  ink(event) {
    const [height, width] = shape();
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width - 0.5;
    const y = ((event.clientY - box.top) / box.height) * height - 0.5;
    const radius = Math.max(width / 24, 0.6); // Of the pen, in pixels.
    for (let i = 0; i < this.bytes.length; i += 1) {
      const far = Math.hypot((i % width) - x, Math.floor(i / width) - y);
      if (far <= radius) this.bytes[i] = event.shiftKey ? 0 : 255;
    }
    paint(this.canvas, this.bytes);
  }

  drawn() {
    this.take({ piece: pieceOf(this.bytes) });
  }

  draw(piece) {
    this.bytes = bytesOf(piece);
    paint(this.canvas, this.bytes);
  }
}
