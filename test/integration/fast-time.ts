/**
 * Makes the clock and all timers of this process run `factor` times as fast, so that back-offs, leases and repeated
 * events keep their real proportions and still fit into a test. Calls over the network take what they take: one real
 * millisecond of a call is `factor` milliseconds of this time. Call the result to go back to real time.
 */
export function speedUpTime(factor: number): () => void {
  const real = { Date, setTimeout, setInterval };
  const begin = Date.now();
  const now = () => Math.floor(begin + (real.Date.now() - begin) * factor);
  const { performance } = globalThis;
  const beginMonotonic = performance.now();
  const monotonic = performance.now.bind(performance);

  globalThis.Date = new Proxy(real.Date, {
    construct: (target, given) => Reflect.construct(target, given.length === 0 ? [now()] : given),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  performance.now = () => beginMonotonic + (monotonic() - beginMonotonic) * factor;
  globalThis.setTimeout = faster(real.setTimeout, factor);
  globalThis.setInterval = faster(real.setInterval, factor);
  return () => {
    Object.assign(globalThis, real);
    performance.now = monotonic;
  };
}

function faster<T extends typeof setTimeout | typeof setInterval>(timer: T, factor: number): T {
  return new Proxy(timer, {
    apply: (target, self, [callback, ms, ...rest]) =>
      Reflect.apply(target, self, [callback, typeof ms === "number" ? ms / factor : ms, ...rest]),
  });
}
