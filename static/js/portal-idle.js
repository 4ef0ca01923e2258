// Signs out after fifteen quiet minutes, and takes the keys from this tab, as signing out by hand does.
import { forget } from "./portal-gate.js";

const IDLE_AFTER = 15 * 60 * 1000;

export function leaveWhenIdle() {
  const form = document.querySelector("form[data-leave]");
  let idle = 0;
  const leave = () => {
    forget(sessionStorage);
    form.submit();
  };
  form.addEventListener("submit", () => forget(sessionStorage));
  const wait = () => {
    clearTimeout(idle);
    idle = setTimeout(leave, IDLE_AFTER);
  };
  for (const sign of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(sign, wait, { passive: true });
  }
  wait();
}
