// <code-entry><input maxlength="6"></code-entry>: sends the form by itself after the sixth digit, and only once:
// a code works one time, so that Enter after the sixth digit must not send it again.
export function digitsIn(text) {
  return text.replace(/\D/g, "").slice(0, 6);
}

export function onlyFirst() {
  let isSent = false;
  return (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  };
}

if (globalThis.customElements) {
  customElements.define("code-entry", class extends HTMLElement {
    connectedCallback() {
      this.closest("form").addEventListener("submit", onlyFirst());
      this.addEventListener("input", ({ target }) => {
        const digits = digitsIn(target.value);
        if (target.value !== digits) target.value = digits;
        if (digits.length === 6) target.form.requestSubmit();
      });
    }
  });
}
