// Saves by itself, one request at a time, over the version that was last stored (412 if another was).

export function stateWords(state, message) {
  if (state === "saved") return "Saved";
  if (state === "saving") return "Saving";
  if (state === "unsaved") return "Not saved yet";
  return message;
}

// What is said when the server answered with a page of its own instead of the editor's words.
export function refusalWords({ redirected, status }) {
  if (redirected) return "You are signed out. Sign in again in another window, then press Save.";
  if (status === 403) return "You may not change this, so nothing was saved. Keep a copy of what you wrote and reload the page.";
  if (status === 404) return "This no longer exists, so nothing was saved. Keep a copy of what you wrote.";
  return "It was not saved. What you write is kept on this page: press Save to try again.";
}

export class Saving {
  constructor({ form, onState, onFeedback, delay = 800 }) {
    Object.assign(this, { form, onState, onFeedback, delay });
    this.isStopped = false;
  }

  get isBehind() { return this.waiting !== undefined || Boolean(this.running); }

  changed(document) {
    this.waiting = document;
    this.form.elements.document.value = JSON.stringify(document);
    if (this.isStopped) return;
    this.onState("unsaved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), this.delay);
  }

  async save() {
    clearTimeout(this.timer);
    if (this.running) return this.running.then(() => this.save());
    if (this.waiting === undefined || this.isStopped) return undefined;
    const body = new FormData(this.form);
    this.waiting = undefined;
    this.onState("saving");
    this.running = this.send(body).finally(() => { this.running = null; });
    return this.running;
  }

  async send(body) {
    let answer;
    try {
      answer = await fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    } catch {
      this.waiting ??= JSON.parse(body.get("document"));
      this.onState("refused", "No connection. What you write is kept on this page.");
      this.timer = setTimeout(() => this.save(), 5000);
      return;
    }
    if (answer.redirected || !answer.headers.get("Content-Type")?.includes("json")) {
      this.waiting ??= JSON.parse(body.get("document"));
      this.refused(refusalWords(answer));
    } else if (answer.ok) {
      const feedback = await answer.json();
      this.form.elements.version.value = feedback.version;
      this.onFeedback(feedback);
      this.onState(this.waiting === undefined ? "saved" : "unsaved");
    } else {
      this.refused((await answer.json()).message, answer.status === 412);
    }
  }

  refused(message, isFinal = false) {
    this.isStopped = isFinal;
    this.onState("refused", message);
  }
}
