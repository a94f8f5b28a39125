/** Ties the rows of the map and the values of the preview together: what belongs to one rule lights up at once. */

const LINKED = "user-sync-linked";

/** Watches all of `root`; a click on a tied value outside the rows goes to its rule. */
export function watchLinks(root: HTMLElement, go: (link: number) => void): void {
  const show = (event: Event) => {
    const link = linkOf(event.target);
    for (const element of root.querySelectorAll<HTMLElement>("[data-link]"))
      element.classList.toggle(LINKED, element.dataset.link === link);
  };
  const clear = () => {
    for (const element of root.querySelectorAll(`.${LINKED}`)) element.classList.remove(LINKED);
  };
  root.addEventListener("mouseover", show);
  root.addEventListener("focusin", show);
  root.addEventListener("mouseleave", clear);
  root.addEventListener("focusout", clear);
  root.addEventListener("click", (event) => {
    const link = linkOf(event.target);
    if (link !== undefined && !isInRow(event.target)) go(Number(link));
  });
}

function linkOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>("[data-link]")?.dataset.link : undefined;
}

function isInRow(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".user-sync-rule") !== null;
}
