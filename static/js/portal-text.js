// <portal-text>: says what becomes of the text message with the code, for as long as that can change.
const PAUSE = 2000;
const TRIES = 60;

if (globalThis.customElements) {
  customElements.define("portal-text", class extends HTMLElement {
    connectedCallback() {
      this.left = TRIES;
      this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    disconnectedCallback() {
      clearTimeout(this.timer);
    }

    async ask() {
      this.left -= 1;
      const answer = await fetch(this.getAttribute("state-url")).catch(() => null);
      const told = answer && answer.ok ? await answer.json() : { waits: true };
      if (told.words) this.say(told.words);
      if (told.waits && this.left > 0) this.timer = setTimeout(() => this.ask(), PAUSE);
    }

    // Written only when it changes: a screen reader reads out each time.
    say(words) {
      const said = this.querySelector("[role=status]");
      if (said.textContent !== words) said.textContent = words;
    }
  });
}
