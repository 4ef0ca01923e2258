// <password-strength>…a new password's field…</password-strength>: says while typing how hard it is to guess.
// A hint that stays in the browser; the server decides when the form is sent.

const WORDS = ["Very easy to guess", "Easy to guess", "Almost", "Good", "Very good"];

/** Characters that add something: a repeated one, the next in a row or one more of a pair adds little. */
export function effectiveLength(password) {
  const characters = [...password.toLowerCase()];
  let length = 0;
  characters.forEach((character, index) => {
    const step = index ? character.codePointAt(0) - characters[index - 1].codePointAt(0) : 99;
    const isSeen = characters.slice(0, index).join("").includes(characters.slice(Math.max(0, index - 2), index + 1).join(""));
    length += Math.abs(step) <= 1 || (index > 2 && isSeen) ? 0.25 : 1;
  });
  return length;
}

/** 0 to 4. */
export function strength(password) {
  const length = effectiveLength(password);
  return [6, 9, 12, 16].filter((enough) => length >= enough).length;
}

if (globalThis.customElements) {
  customElements.define("password-strength", class extends HTMLElement {
    connectedCallback() {
      const field = this.querySelector("input[autocomplete=new-password]");
      const meter = Object.assign(document.createElement("meter"), { min: 0, max: 4, low: 2, high: 3, optimum: 4, hidden: true });
      const words = document.createElement("p");
      meter.setAttribute("aria-hidden", "true");
      meter.className = "sp-strength";
      words.className = "sp-small sp-soft";
      words.setAttribute("role", "status");
      field.closest(".sp-field").append(meter, words);
      field.addEventListener("input", () => {
        const score = strength(field.value);
        meter.value = score;
        meter.hidden = !field.value;
        words.textContent = field.value ? WORDS[score] : "";
      });
    }
  });
}
