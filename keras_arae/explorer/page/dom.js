// Elements from names, attributes and children: never from strings of HTML.

export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "list") element[key] = value;
    else if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

export const find = (selector, within = document) =>
  within.querySelector(selector);

// What a variable of the style sheet says, such as a colour.
export const styled = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
