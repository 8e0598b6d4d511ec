// How a piece of data looks: a sentence, a molecule or an image.

import { el } from "./dom.js";

let kind = { name: "sentences" };

export const setKind = (given) => { kind = given; };
export const arePictures = () => kind.name !== "sentences";
export const areImages = () => kind.name === "images";
export const shape = () => kind.shape;

// A piece as an element; `size` is the width of a picture in pixels, and words
// may stand below it.
export function view(piece, size = 96, words = true) {
  if (kind.name === "images") return image(piece, size);
  if (kind.name === "molecules") return molecule(piece, size, words);
  return el("span", { className: "text" }, piece.text || "(nothing)");
}

// A piece in words, for those who do not see it.
export const inWords = (piece) =>
  piece.text ?? `an image, ${Math.round(100 * meanOf(piece))}% ink`;

// Whether two pieces look the same.
export const same = (one, other) =>
  one.text === other.text && one.pixels === other.pixels;

function molecule(piece, size, words) {
  const caption = words ? el("figcaption", {}, piece.words) : "";
  const name = piece.text || "(nothing)";
  if (!piece.picture) {
    return el("figure", { className: "molecule" }, el("code", {}, name), caption);
  }
  const source = `data:image/svg+xml,${encodeURIComponent(piece.picture)}`;
  return el(
    "figure", { className: "molecule", title: name },
    el("img", { src: source, alt: name, width: size }), caption,
  );
}

export function bytesOf(piece) {
  return Uint8Array.from(atob(piece.pixels), (c) => c.charCodeAt(0));
}

export const pieceOf = (bytes) => btoa(String.fromCharCode(...bytes));

function meanOf(piece) {
  const bytes = bytesOf(piece);
  return bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length / 255;
}

function image(piece, size) {
  const [height, width] = kind.shape;
  const canvas = el("canvas", { className: "image", width, height });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", inWords(piece));
  canvas.style.width = `${size}px`;
  paint(canvas, bytesOf(piece));
  return canvas;
}

// Ink is dark on paper, and light where the page is dark.
export function paint(canvas, bytes) {
  const [height, width, channels] = kind.shape;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(width, height);
  for (let i = 0; i < width * height; i += 1) {
    for (let c = 0; c < 3; c += 1) {
      let value = bytes[channels === 3 ? 3 * i + c : i];
      if (channels === 1 && !dark) value = 255 - value;
      picture.data[4 * i + c] = value;
    }
    picture.data[4 * i + 3] = 255;
  }
  context.putImageData(picture, 0, 0);
}
