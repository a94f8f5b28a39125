/**
 * A resource shared by several nodes: opened for the first, closed after the last, so that calls still on the wire at a
 * redeploy end before their client goes. Opening may throw; then nobody holds it and the next one tries again.
 */
export class SharedResource<T> {
  readonly #open: () => T;
  readonly #close: (resource: T) => void;
  #resource: T | null = null;
  #holders = 0;

  constructor(open: () => T, close: (resource: T) => void) {
    this.#open = open;
    this.#close = close;
  }

  /** The resource and the way to give it back, which works once. */
  acquire(): { resource: T; release(): void } {
    const resource = this.#resource ?? this.#open();
    this.#resource = resource;
    this.#holders += 1;
    let held = true;
    return {
      resource,
      release: () => {
        if (!held) return;
        held = false;
        this.#holders -= 1;
        if (this.#holders > 0) return;
        this.#resource = null;
        this.#close(resource);
      },
    };
  }
}
