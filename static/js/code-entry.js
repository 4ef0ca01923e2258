// <code-entry><input maxlength="6"></code-entry>: sends the form by itself after the sixth digit.
export function digitsIn(text) {
  return text.replace(/\D/g, "").slice(0, 6);
}

if (globalThis.customElements) {
  customElements.define("code-entry", class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("input", ({ target }) => {
        const digits = digitsIn(target.value);
        if (target.value !== digits) target.value = digits;
        if (digits.length === 6) target.form.requestSubmit();
      });
    }
  });
}
