// A row of items with a slider: one of them large, all of them below.

import { desk } from "./desk.js";
import { el } from "./dom.js";
import { areImages, arePictures, inWords, same, view } from "./pieces.js";

// What an item was decoded with: its label, or what was asked for.
export function says(item) {
  if (!item.says) return null;
  const asks = desk.about.condition?.kind === "numbers" ? "asked for " : "";
  return el("span", { className: "says" }, asks + item.says);
}

// Two buttons that hold an item as A or as B.
export function holds(what) {
  const buttons = ["a", "b"].map((letter) => {
    const name = letter.toUpperCase();
    const button = el("button", {
      type: "button", className: `hold ${letter}`, textContent: name,
      title: `Hold as ${name}`,
      onclick: () => desk.slots[letter].take(what),
    });
    button.setAttribute("aria-label", `Hold as ${name}`);
    return button;
  });
  return el("span", { className: "holds" }, ...buttons);
}

export class Strip {
  // `words(index)` says where on the way an item is; `moved` hears of it.
  constructor({ label, words, way = false, moved = () => {} }) {
    this.words = words;
    this.moved = moved;
    const pictures = arePictures() ? " pictures" : "";
    this.stage = el("div", { className: `stage${pictures}` });
    this.slider = el("input", {
      type: "range", min: 0, max: 0, value: 0,
      oninput: () => { this.stop(); this.move(Number(this.slider.value)); },
    });
    this.slider.setAttribute("aria-label", label);
    this.output = el("output");
    this.player = el("button", {
      type: "button", textContent: "▶", title: "Walk by itself",
      onclick: () => (this.timer ? this.stop() : this.play()),
    });
    this.player.setAttribute("aria-label", "Walk by itself");
    this.list = el("ol", { className: `steps${pictures}` });
    this.element = el("div", { hidden: true, className: way ? "way" : "" },
      this.stage,
      el("div", { className: "slide" }, this.player, this.slider, this.output),
      this.list);
  }

  show(items, at) {
    this.stop();
    this.items = items;
    this.element.hidden = false;
    this.slider.max = items.length - 1;
    this.runs = runsOf(items);
    this.list.replaceChildren(...this.runs.map((run, i) => this.step(run, i)));
    this.move(Math.min(at, items.length - 1));
  }

  hide() { this.stop(); this.element.hidden = true; }

  step([first, last], index) {
    const { piece } = this.items[first];
    const before = index && this.items[this.runs[index - 1][0]].piece;
    const shown = arePictures() ? view(piece, areImages() ? 44 : 120, false)
      : fresh(piece.text, before ? before.text : piece.text);
    const button = el("button", {
      type: "button",
      onclick: () => { this.stop(); this.move(Math.round((first + last) / 2)); },
    }, el("span", { className: "at" }, this.words(first)), shown);
    return el("li", {}, button);
  }

  move(index) {
    const item = this.items[index];
    this.slider.value = index;
    this.output.textContent = this.words(index);
    this.slider.setAttribute("aria-valuetext",
      `${this.words(index)}: ${inWords(item.piece)}`);
    const parts = [view(item.piece, areImages() ? 170 : 240), says(item), holds({ item })];
    this.stage.replaceChildren(...parts.filter(Boolean));
    this.runs.forEach(([first, last], i) => {
      const here = first <= index && index <= last;
      this.list.children[i].firstChild.setAttribute("aria-current", here);
    });
    const share = index / Math.max(this.items.length - 1, 1);
    this.slider.style.setProperty("--here", desk.chart.mixed(share));
    this.moved(item, share);
  }

  play() {
    const end = this.items.length - 1;
    if (Number(this.slider.value) === end) this.move(0);
    this.player.textContent = "❚❚";
    this.timer = setInterval(() => {
      const next = Number(this.slider.value) + 1;
      this.move(Math.min(next, end));
      if (next >= end) this.stop();
    }, 220);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.player.textContent = "▶";
  }
}

// First and last index of items that look the same, one after the other.
function runsOf(items) {
  const runs = [];
  items.forEach((item, index) => {
    const run = runs[runs.length - 1];
    if (run && same(items[run[0]].piece, item.piece)) run[1] = index;
    else runs.push([index, index]);
  });
  return runs;
}

// A sentence whose words that another one lacks are marked.
function fresh(text, before) {
  const known = new Set(before.split(" "));
  const parts = (text || "(nothing)").split(" ").flatMap((word) => [
    known.has(word) ? word : el("span", { className: "fresh" }, word), " ",
  ]);
  return el("span", { className: "text" }, ...parts);
}
