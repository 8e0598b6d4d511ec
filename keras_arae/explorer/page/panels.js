// What one can do: a tab each. A panel asks again when what it shows changed.

import { Latest } from "./api.js";
import { cannot, canHold, decoding, desk, drawing, place, trying } from "./desk.js";
import { el, styled } from "./dom.js";
import { areImages, arePictures, view } from "./pieces.js";
import { holds, says, Strip } from "./strip.js";

const size = () => (areImages() ? 88 : 170); // Of a picture in a list.

// Where items lie on the map, if there is one.
const placesOf = (items) => items.map((item) => item.place).filter(Boolean);

class Panel {
  // `hears` says what it shows: A, B, or how codes are decoded.
  constructor(title, verb, hears, help) {
    Object.assign(this, { title, verb, hears, help });
    this.question = new Latest();
    this.dirty = true;
    this.problem = el("p", { className: "problem", hidden: true });
    this.problem.setAttribute("role", "alert");
    const sentence = cannot(verb);
    this.can = !sentence;
    this.element = el("div", {}, ...(this.can
      ? [el("p", { className: "help" }, help), ...this.build(), this.problem]
      : [el("p", { className: "cannot" }, sentence)]));
    this.element.setAttribute("role", "tabpanel");
  }

  // Asks, shows, and says what goes wrong.
  async refresh() {
    if (!this.can || !this.isReady()) return;
    this.dirty = false;
    this.element.classList.add("waits");
    await trying(this.problem, async () => this.show(await this.asked()));
    this.element.classList.remove("waits");
  }

  isReady() { return Boolean(desk.held.a); }

  asked() {
    return this.question.ask(this.verb, { ...this.wanted(), decoding: decoding() });
  }

  // What the map shows beside this panel.
  mark() {}
}

export class Walk extends Panel {
  constructor() {
    super("Walk", "walk", ["a", "b", "decoding"],
      "From the code of A to that of B, decoded at 21 places on the way.");
  }

  build() {
    this.method = el("select", { onchange: () => this.refresh() },
      new Option("straight", "linear"), new Option("around", "spherical"));
    this.strip = new Strip({
      label: "Where on the way from A to B", way: true,
      words: (i) => (i / (this.strip.items.length - 1)).toFixed(2),
      moved: (item, share) => desk.chart.point(item.place, share),
    });
    return [
      el("div", { className: "row" },
        el("label", {}, "the way ", this.method)),
      this.strip.element,
    ];
  }

  isReady() { return Boolean(desk.held.a && desk.held.b); }

  wanted() {
    const { a, b } = desk.held;
    return { start: place(a.item), end: place(b.item), method: this.method.value };
  }

  show({ items }) {
    this.strip.show(items, Math.floor(items.length / 2));
    this.mark();
  }

  mark() {
    const { items, slider } = this.strip;
    if (!items) return;
    desk.chart.show({ path: placesOf(items) });
    this.strip.move(Number(slider.value));
  }
}

export class Neighbors extends Panel {
  constructor() {
    super("Neighbours", "map", ["a"],
      "The data whose codes lie nearest to that of A.");
  }

  build() {
    this.list = el("ul", { className: `items${arePictures() ? " pictures" : ""}` });
    return [this.list];
  }

  asked() { return desk.held.a; }

  show({ neighbors }) {
    this.neighbors = neighbors;
    this.list.replaceChildren(...neighbors.map(({ piece, index, distance }) =>
      el("li", {}, view(piece, size()),
        el("span", { className: "far", title: "Distance of codes" }, distance.toFixed(2)),
        holds({ index }))));
    this.mark();
  }

  mark() {
    const marks = this.neighbors?.map((near) => near.place);
    if (marks) desk.chart.show({ marks });
  }
}

export class Change extends Panel {
  constructor() {
    const { condition } = desk.about;
    super("Change", "change", ["a", "decoding"], condition?.kind === "numbers"
      ? "The code of A, decoded while it is asked for less and more of a number."
      : "The code of A, decoded with each label.");
  }

  build() {
    if (desk.about.condition.kind === "classes") {
      this.list = el("ul", { className: `items${arePictures() ? " pictures" : ""}` });
      return [this.list];
    }
    const { numbers } = desk.about.condition;
    this.name = el("select", { onchange: () => this.refresh() },
      ...numbers.map(({ name }) => new Option(name)));
    this.strip = new Strip({
      label: "How much is asked for",
      words: (i) => this.values[i].toPrecision(3),
    });
    return [
      el("div", { className: "row" }, el("label", {}, "number ", this.name)),
      this.strip.element,
    ];
  }

  wanted() {
    const { item } = desk.held.a;
    return this.name ? { ...place(item), name: this.name.value } : { code: item.code };
  }

  show({ items, values }) {
    this.values = values;
    desk.chart.show();
    if (this.strip) {
      this.strip.show(items, Math.floor(items.length / 2));
      return;
    }
    const now = desk.held.a.item.says;
    this.list.replaceChildren(...items.map((item) => el("li", {},
      el("span", { className: "says" }, item.says + (item.says === now ? " (as it is)" : "")),
      view(item.piece, size()), holds({ item }))));
  }

  mark() { desk.chart.show(); }
}

export class Arithmetic extends Panel {
  constructor() {
    super("Arithmetic", "move", ["a", "decoding"],
      "To the code of A is added the mean code of the data that have a feature, " +
      "minus that of those that lack it: so much of it.");
  }

  build() {
    const { features } = desk.about.data;
    const { pattern } = desk.about.kind;
    this.feature = el("select", { onchange: () => this.refresh() },
      ...features.map((name) => new Option(name)));
    if (pattern) this.feature.append(new Option(`a ${pattern} of your own`, ""));
    this.pattern = el("input", {
      type: "text", maxLength: 100, placeholder: pattern ?? "",
      onchange: () => this.refresh(),
    });
    this.pattern.setAttribute("aria-label", pattern ?? "");
    this.counts = el("p", { className: "help" });
    this.strip = new Strip({
      label: "How much is added",
      words: (i) => signed(this.strengths[i]),
      moved: (item, share) => desk.chart.point(item.place, share),
    });
    return [
      el("div", { className: "row" },
        el("label", {}, "feature ", this.feature), this.pattern),
      this.strip.element, this.counts,
    ];
  }

  async refresh() {
    this.pattern.hidden = this.feature.value !== "";
    if (!this.pattern.hidden && !this.pattern.value.trim()) {
      this.strip.hide();
      this.counts.textContent = "";
      return this.pattern.focus();
    }
    return super.refresh();
  }

  wanted() {
    const feature = this.feature.value;
    const what = feature ? { feature } : { pattern: this.pattern.value };
    return { ...place(desk.held.a.item), ...what };
  }

  show({ items, strengths, counts }) {
    this.strengths = strengths;
    this.counts.textContent =
      `Of the data ${counts[0]} have it, ${counts[1]} lack it.`;
    this.strip.show(items, strengths.indexOf(1));
    this.mark();
  }

  mark() {
    const { items, slider } = this.strip;
    if (!items) return;
    desk.chart.show({ path: placesOf(items), colour: () => styled("--ink") });
    this.strip.move(Number(slider.value));
  }
}

const signed = (number) => (number > 0 ? "+" : "") + number.toFixed(2);

export class Samples extends Panel {
  constructor() {
    super("Samples", "sample", ["decoding"], desk.about.code_dim
      ? "Noise, through the prior to codes, decoded."
      : "Written from nothing, one word after the other.");
  }

  build() {
    const most = desk.about.most_samples;
    this.count = el("input", { type: "number", min: 1, max: most, value: 10 });
    this.seed = el("input", { type: "number", min: 0, max: 2 ** 32 - 1, value: 0 });
    this.seed.onchange = this.count.onchange = () => this.refresh();
    this.list = el("ul", { className: `items${arePictures() ? " pictures" : ""}` });
    const again = el("button", {
      type: "button", className: "main", textContent: "Draw others",
      onclick: () => { this.seed.value = Number(this.seed.value) + 1; this.refresh(); },
    });
    return [
      el("div", { className: "row" }, again,
        el("label", {}, "how many ", this.count),
        el("label", {}, "seed ", this.seed), this.labels(), this.again()),
      this.list,
    ];
  }

  // What samples may be asked for: a label, or numbers.
  labels() {
    const { condition } = desk.about;
    if (!condition) return null;
    if (condition.kind === "classes") {
      this.label = el("select", { onchange: () => this.refresh() },
        new Option("any", ""), ...condition.names.map((name, i) => new Option(name, i)));
      return el("label", {}, "label ", this.label);
    }
    this.numbers = condition.numbers.map(({ name, unit, mean }) => el("input", {
      type: "number", step: "any", placeholder: "any", name,
      title: `${mean.toPrecision(3)} ${unit} in the middle`, onchange: () => this.refresh(),
    }));
    return this.numbers.map((input) => el("label", {}, `${input.name} `, input));
  }

  // Whether they are encoded and decoded again: where the model reads.
  again() {
    if (!canHold()) return null;
    // Measured of sentences alone: there it is on.
    desk.refines = !arePictures();
    const box = el("input", {
      type: "checkbox", checked: desk.refines,
      onchange: () => { desk.refines = box.checked; this.refresh(); },
    });
    const title = "Each sample once more through its own code: likelier, " +
      "and a little less varied";
    return el("label", { title }, box, " encode and decode again");
  }

  isReady() { return true; }

  asked() {
    return this.question.ask(this.verb, { ...this.wanted(), decoding: drawing() });
  }

  wanted() {
    desk.seed = Number(this.seed.value);
    return { count: Number(this.count.value), seed: desk.seed, ...this.condition() };
  }

  condition() {
    const { condition } = desk.about;
    if (this.label?.value) {
      const index = Number(this.label.value);
      return { condition: condition.names.map((_, i) => (i === index ? 1 : 0)) };
    }
    const given = (this.numbers ?? []).filter((input) => input.value !== "");
    if (!given.length) return {};
    return { condition: Object.fromEntries(
      given.map((input) => [input.name, Number(input.value)])) };
  }

  show({ items }) {
    this.items = items;
    this.list.replaceChildren(...items.map((item) => el("li", {},
      view(item.piece, size()),
      says(item),
      canHold() ? holds({ item }) : null)));
    this.mark();
  }

  mark() {
    if (this.items) desk.chart.show({ marks: placesOf(this.items) });
  }
}
