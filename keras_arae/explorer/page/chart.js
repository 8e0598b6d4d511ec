// The map of codes: dots of data, and on them what is held, walked and drawn.

import { ask, isOutdated, Latest } from "./api.js";
import { decoding, desk } from "./desk.js";
import { el, find, styled } from "./dom.js";
import { view } from "./pieces.js";
import { holds, says } from "./strip.js";

const REACH = 12; // Pixels from a dot at which it is meant.
const STEP = 0.04; // Of an arrow key, on a map from -1 to 1.

export class Chart {
  constructor(section) {
    this.section = section;
    this.canvas = find("canvas", section);
    this.tip = find(".tip", section);
    this.here = find(".here", section);
    this.held = {};
    this.marks = [];
    this.path = [];
    this.pieces = new Map();
    this.question = new Latest();
    this.only = null;
  }

  // Colours of A, of B, and between them.
  mixed(share) {
    const [one, other] = ["--a", "--b"].map((name) => rgb(styled(name)));
    return `rgb(${one.map((c, i) => Math.round(c + share * (other[i] - c)))})`;
  }

  say(sentence) {
    const box = find(".cannot", this.section);
    box.textContent = sentence;
    box.hidden = false;
  }

  async load() {
    const { places, attributes, share } = await ask("map");
    Object.assign(this, { places, attributes });
    find(".canvas", this.section).hidden = false;
    find(".help", this.section).hidden = false;
    find(".share", this.section).textContent =
      `These two directions hold ${Math.round(100 * share)}% of what varies.`;
    const select = find("select", this.section);
    attributes.forEach(({ name }, i) => select.append(new Option(name, i)));
    select.onchange = () => this.colour(Number(select.value));
    find("#colour").hidden = !attributes.length;
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener(
      "change", () => this.colour(this.by));
    this.colour(0);
  }

  // Colours.

  colour(index) {
    this.by = index;
    this.only = null;
    const attribute = this.attributes[index];
    const legend = find(".legend", this.section);
    legend.replaceChildren();
    if (!attribute) {
      this.colours = this.places.map(() => styled("--soft"));
    } else if (attribute.classes) {
      this.colourClasses(attribute, legend);
    } else {
      this.colourNumbers(attribute, legend);
    }
    this.draw();
  }

  colourClasses({ classes, values }, legend) {
    const palette = styled("--classes").split(/\s+/);
    const of = (i) => (classes[i] === "others" ? styled("--soft") : palette[i]);
    this.colours = values.map(of);
    legend.append(...classes.map((name, i) => {
      const dot = el("i");
      dot.style.background = of(i);
      const button = el("button", { type: "button" }, dot, name);
      button.setAttribute("aria-pressed", false);
      button.onclick = () => {
        this.only = this.only === i ? null : i;
        [...legend.children].forEach((other, j) =>
          other.setAttribute("aria-pressed", this.only === j));
        this.draw();
      };
      return button;
    }));
  }

  colourNumbers({ values }, legend) {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const [low, high] = [at(0.02), at(0.98)];
    const ramp = styled("--ramp").split(/\s+/).map(rgb);
    this.colours = values.map((value) => {
      const share = (value - low) / (high - low || 1);
      return between(ramp, Math.min(Math.max(share, 0), 1));
    });
    const bar = el("span", { className: "bar" });
    bar.style.background = `linear-gradient(90deg, ${styled("--ramp").split(/\s+/)})`;
    legend.append(short(low), bar, short(high));
  }

  // What else is shown.

  hold(letter, place) { this.held[letter] = place; this.draw(); }

  // A path is of the colours of A and B, or of one of its own.
  show({ path = [], marks = [], colour = (share) => this.mixed(share) } = {}) {
    Object.assign(this, { path, marks, pathColour: colour, ring: null });
    this.draw();
  }

  point(place, share) { this.ring = place && { place, share }; this.draw(); }

  draw() {
    if (!this.places || !this.colours) return;
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = devicePixelRatio || 1;
    this.canvas.width = clientWidth * ratio;
    this.canvas.height = clientHeight * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    this.drawDots(pen);
    this.drawPath(pen);
    const ink = styled("--ink");
    for (const place of this.marks) disc(pen, this.at(place), 4.5, null, ink);
    if (this.picked) cross(pen, this.at(this.picked), ink);
    if (this.cursor) cross(pen, this.at(this.cursor), styled("--b"));
    for (const letter of ["b", "a"]) {
      if (this.held[letter]) this.drawLetter(pen, letter);
    }
    if (this.ring) {
      const { place, share } = this.ring;
      disc(pen, this.at(place), 7, styled("--card"), this.pathColour(share), 3);
    }
  }

  drawDots(pen) {
    const attribute = this.attributes[this.by];
    const size = this.places.length > 1000 ? 2.4 : 3.2;
    this.places.forEach((place, i) => {
      const dim = this.only !== null && attribute.values[i] !== this.only;
      pen.globalAlpha = dim ? 0.08 : 0.72;
      disc(pen, this.at(place), size, this.colours[i]);
    });
    pen.globalAlpha = 1;
  }

  drawPath(pen) {
    const points = this.path.map((place) => this.at(place));
    const lines = [[6, () => styled("--card")], [2.5, this.pathColour]];
    for (const [width, colour] of lines) {
      pen.lineWidth = width;
      pen.lineCap = "round";
      for (let i = 1; i < points.length; i += 1) {
        pen.strokeStyle = colour(i / points.length);
        pen.beginPath();
        pen.moveTo(...points[i - 1]);
        pen.lineTo(...points[i]);
        pen.stroke();
      }
    }
  }

  drawLetter(pen, letter) {
    const point = this.at(this.held[letter]);
    disc(pen, point, 9, styled(`--${letter}`), styled("--card"), 2);
    pen.fillStyle = styled("--on");
    pen.font = `700 11px ${styled("--sans")}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(letter.toUpperCase(), point[0], point[1] + 0.5);
  }

  // Between places of the map and pixels.

  get scale() {
    const { clientWidth, clientHeight } = this.canvas;
    return (Math.min(clientWidth, clientHeight) / 2) * 0.94;
  }

  at([x, y]) {
    const { clientWidth, clientHeight } = this.canvas;
    return [clientWidth / 2 + x * this.scale, clientHeight / 2 - y * this.scale];
  }

  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left - box.width / 2;
    const y = box.height / 2 - (event.clientY - box.top);
    return [x / this.scale, y / this.scale];
  }

  nearest([x, y]) {
    let best = null;
    let least = REACH / this.scale;
    this.places.forEach((place, i) => {
      const far = Math.hypot(place[0] - x, place[1] - y);
      if (far < least) [best, least] = [i, far];
    });
    return best;
  }

  // Mouse and keys.

  listen() {
    this.canvas.onclick = (event) => this.pick(this.placeOf(event));
    this.canvas.onpointermove = (event) => this.hover(this.placeOf(event));
    this.canvas.onpointerleave = () => this.hover(null);
    this.canvas.onblur = () => { this.cursor = null; this.draw(); };
    this.canvas.onkeydown = (event) => this.key(event);
  }

  key(event) {
    const moves = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
    };
    const move = moves[event.key];
    if (move) {
      const from = this.cursor ?? this.picked ?? this.held.a ?? [0, 0];
      this.cursor = from.map((c, i) =>
        Math.min(Math.max(c + STEP * move[i], -1.3), 1.3));
      this.draw();
    } else if (event.key === "Enter" && this.cursor) {
      this.pick(this.cursor);
    } else {
      return;
    }
    event.preventDefault();
  }

  hover(place) {
    clearTimeout(this.timer);
    const index = place && this.nearest(place);
    if (index == null) {
      this.tip.hidden = true;
      return;
    }
    this.timer = setTimeout(() => this.tell(index), 40);
  }

  async tell(index) {
    if (!this.pieces.has(index)) {
      try {
        this.pieces.set(index, (await ask("piece", { index })).piece);
      } catch {
        return; // The next click says what is wrong.
      }
    }
    const [x, y] = this.at(this.places[index]);
    const right = x > this.canvas.clientWidth / 2;
    this.tip.replaceChildren(view(this.pieces.get(index), 120));
    this.tip.hidden = false;
    this.tip.style.top = `${y + 12}px`;
    this.tip.style.left = right ? "auto" : `${x + 8}px`;
    this.tip.style.right = right ? `${this.canvas.clientWidth - x + 8}px` : "auto";
  }

  async pick(place) {
    this.picked = place;
    this.hover(null);
    this.draw();
    const wanted = { place, decoding: decoding() };
    try {
      const { item, neighbors } = await this.question.ask("at", wanted);
      this.card(item, neighbors);
    } catch (error) {
      if (isOutdated(error)) return;
      this.here.replaceChildren(el("p", { className: "problem" }, error.message));
    }
  }

  card(item, neighbors) {
    const [near] = neighbors;
    this.here.replaceChildren(el("div", { className: "card" },
      view(item.piece, 140), says(item), holds({ item }),
      near && el("div", { className: "help" },
        "the nearest of the data ", view(near.piece, 64, false))));
  }
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const short = (value) => String(Number(value.toPrecision(3)));

function between(ramp, share) {
  const place = share * (ramp.length - 1);
  const first = Math.min(Math.floor(place), ramp.length - 2);
  const rest = place - first;
  const [one, other] = [ramp[first], ramp[first + 1]];
  return `rgb(${one.map((c, i) => Math.round(c + rest * (other[i] - c)))})`;
}

function disc(pen, [x, y], radius, fill, stroke, width = 1.5) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) {
    pen.fillStyle = fill;
    pen.fill();
  }
  if (stroke) {
    pen.lineWidth = width;
    pen.strokeStyle = stroke;
    pen.stroke();
  }
}

function cross(pen, [x, y], colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    pen.moveTo(x + 4 * dx, y + 4 * dy);
    pen.lineTo(x + 10 * dx, y + 10 * dy);
  }
  pen.stroke();
}
