// <code-entry><input maxlength="6"></code-entry>: sends the form by itself after the sixth digit, and only once:
// a code works one time, so that Enter after the sixth digit must not send it again. After Back it is typed anew.
export function digitsIn(text) {
  return text.replace(/\D/g, "").slice(0, 6);
}

export function onlyFirst() {
  let isSent = false;
  const guard = (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
  };
  guard.again = () => { isSent = false; };
  return guard;
}

if (globalThis.customElements) {
  customElements.define("code-entry", class extends HTMLElement {
    connectedCallback() {
      const guard = onlyFirst();
      this.closest("form").addEventListener("submit", guard);
      addEventListener("pageshow", ({ persisted }) => { if (persisted) guard.again(); });
      this.addEventListener("input", ({ target }) => {
        const digits = digitsIn(target.value);
        if (target.value !== digits) target.value = digits;
        if (digits.length === 6) target.form.requestSubmit();
      });
    }
  });
}
