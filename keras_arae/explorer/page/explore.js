// Opens the page: what the model is, what can be held, what can be done.

import { ask } from "./api.js";
import { Chart } from "./chart.js";
import { cannot, canHold, changed, desk, trying, whenChanged } from "./desk.js";
import { el, find } from "./dom.js";
import { Arithmetic, Change, Neighbors, Samples, Walk } from "./panels.js";
import { arePictures, setKind } from "./pieces.js";
import { Slot } from "./slots.js";

const SAMPLERS = {
  greedy: "always the likeliest", beam: "beam search", random: "by chance",
  top_k: "by chance, of the 10 likeliest",
  top_p: "by chance, of the likeliest 90%",
};
const HEATED = ["random", "top_k", "top_p"];
const problem = find("#problem");
let panels = [];
let current = null;

async function open() {
  desk.about = await ask("about");
  setKind(desk.about.kind);
  desk.chart = new Chart(find("#chart"));
  describe(desk.about);
  makeDecoder();
  makeSlots();
  makeTabs();
  whenChanged(hear);
  if (cannot("map")) desk.chart.say(cannot("map"));
  else await desk.chart.load();
  if (canHold() && (desk.about.data || !cannot("sample"))) {
    const slots = Object.values(desk.slots);
    await Promise.all(slots.map((slot) => slot.begin()));
  }
  // Unless a visitor was quicker.
  if (!current) await select(panels.find((panel) => panel.can) ?? panels[0]);
}

function describe({ name, model, weights, code_dim: width, kind, data }) {
  document.title = `${name} – explorer of codes`;
  find("#name").textContent = name;
  const facts = [
    `${model} of ${kind.name}`,
    width && `codes of ${width} numbers`,
    `${weights.toLocaleString("en")} weights`,
    data && `beside ${data.count.toLocaleString("en")} of ${data.source}`,
  ];
  find("#facts").textContent = facts.filter(Boolean).join(" · ");
}

function makeSlots() {
  if (!canHold()) return;
  for (const letter of ["a", "b"]) desk.slots[letter] = new Slot(letter);
  find("#slots").append(desk.slots.a.element, desk.slots.b.element);
  document.body.classList.add(desk.about.kind.name);
  find("#slots").classList.toggle("pictures", arePictures());
}

function makeDecoder() {
  const { samplers, code_dim: width } = desk.about;
  if (!samplers.length) return;
  const [sampler, heat] = [find("#decoder select"), find("#decoder .heat")];
  sampler.append(...samplers.map((name) => new Option(SAMPLERS[name], name)));
  // Without a code the likeliest words make one sentence always.
  sampler.value = desk.sampler = width ? "greedy" : "random";
  const slider = find("input", heat);
  const update = () => {
    desk.sampler = sampler.value;
    desk.temperature = Number(slider.value);
    heat.hidden = !HEATED.includes(desk.sampler);
    find("output", heat).textContent = desk.temperature.toFixed(1);
  };
  slider.oninput = update;
  slider.onchange = sampler.onchange = () => { update(); changed("decoding"); };
  update();
  find("#decoder").hidden = false;
}

function makeTabs() {
  panels = [new Walk(), new Neighbors(), new Change(), new Arithmetic(), new Samples()];
  const tabs = panels.map((panel, i) => {
    const tab = el("button", {
      type: "button", id: `tab-${i}`, textContent: panel.title,
      onclick: () => select(panel),
    });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", `panel-${i}`);
    panel.element.id = `panel-${i}`;
    panel.element.setAttribute("aria-labelledby", tab.id);
    panel.tab = tab;
    return tab;
  });
  find("#tabs").append(...tabs);
  find("#tabs").onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const index = (panels.indexOf(current) + step + panels.length) % panels.length;
    select(panels[index]);
    tabs[index].focus();
  };
  find("#panels").append(...panels.map((panel) => panel.element));
}

async function select(panel) {
  current = panel;
  for (const each of panels) {
    each.element.hidden = each !== panel;
    each.tab.setAttribute("aria-selected", each === panel);
    each.tab.tabIndex = each === panel ? 0 : -1;
  }
  desk.chart.show();
  if (panel.can && panel.dirty) await panel.refresh();
  else if (panel.can) panel.mark();
}

// Something is held, or decoded in another way: what shows it asks again.
async function hear(what) {
  for (const panel of panels) {
    if (panel.hears.includes(what)) panel.dirty = true;
  }
  if (what === "decoding") {
    await Promise.all(Object.values(desk.slots).map((slot) => slot.again()));
  } else {
    desk.slots[what].show();
    desk.chart.hold(what, desk.held[what].item.place);
  }
  if (current?.dirty) await current.refresh();
}

trying(problem, open);
