// What is held, and who wants to know when it changes.

import { ask, isOutdated, Latest } from "./api.js";

export const desk = {
  about: null,
  held: { a: null, b: null },
  slots: {},
  sampler: undefined,
  temperature: 1,
  seed: 0,
  refines: false,
  chart: null,
};

const listeners = [];
export const whenChanged = (listener) => listeners.push(listener);
export const changed = (what) => listeners.forEach((hear) => hear(what));

export const cannot = (verb) => desk.about.cannot[verb];
export const canHold = () => !cannot("read");

// How codes are decoded, as the server takes it.
export function decoding() {
  if (!desk.about.samplers.length) return { seed: desk.seed };
  const { sampler, temperature, seed } = desk;
  return { sampler, temperature, seed };
}

// How samples are: these may be encoded and decoded again.
export const drawing = () =>
  (desk.refines ? { ...decoding(), num_refinements: 1 } : decoding());

// A code with what goes with it, as the server takes it.
export const place = ({ code, condition }) =>
  condition ? { code, condition } : { code };

// Holds something as A or B: what was typed or drawn, a piece of the data by
// its index, or an item, whose code is taken as it is.
const questions = { a: new Latest(), b: new Latest() };

export async function hold(letter, { piece, index, item }) {
  let held;
  if (item) {
    const found = questions[letter].ask("near", { code: item.code });
    held = { item, notes: [], ...(await found) };
  } else {
    const what = index === undefined ? { piece } : { index };
    held = await questions[letter].ask("read", { ...what, decoding: decoding() });
  }
  desk.held[letter] = { ...held, from: { piece, index, item } };
  changed(letter);
}

// A piece of the data by chance, else a sample.
export async function holdAny(letter) {
  const { data } = desk.about;
  if (data) {
    const index = Math.floor(Math.random() * data.count);
    return hold(letter, { index });
  }
  const seed = Math.floor(Math.random() * 2 ** 31);
  const drawn = await ask("sample", { count: 1, seed, decoding: { ...drawing(), seed } });
  return hold(letter, { item: drawn.items[0] });
}

// Shows what goes wrong where it belongs, until something goes right. Whether
// it went right.
export async function trying(box, work) {
  try {
    await work();
    box.hidden = true;
  } catch (error) {
    if (isOutdated(error)) return true;
    box.textContent = error.message;
    box.hidden = false;
  }
  return box.hidden;
}
