// Questions to the server. An answer is JSON, or a sentence that is thrown.

const READS = ["about", "map", "piece"];
const busy = document.getElementById("busy");
let open = 0;

export async function ask(verb, body = {}, signal = undefined) {
  const shows = setTimeout(() => { busy.hidden = false; }, 200);
  open += 1;
  try {
    return await answered(verb, body, signal);
  } finally {
    open -= 1;
    clearTimeout(shows);
    if (!open) busy.hidden = true;
  }
}

async function answered(verb, body, signal) {
  let path = `api/${verb}`;
  const options = { signal };
  if (READS.includes(verb)) {
    path += `?${new URLSearchParams(body)}`;
  } else {
    options.method = "POST";
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let response, answer;
  try {
    response = await fetch(path, options);
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(
      "The server does not answer. Does the command still run?",
    );
  }
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

// Of several questions in one place only the last one counts.
export class Latest {
  async ask(verb, body) {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    return ask(verb, body, controller.signal);
  }
}

export const isOutdated = (error) => error.name === "AbortError";
