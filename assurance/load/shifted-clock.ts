const RealDate = Date

/** Makes the wall clock of this process jump to `shiftMs` from where it would be; 0 puts it right. Timers are not touched. */
export function shiftClock(shiftMs: number): void {
  if (shiftMs === 0) {
    globalThis.Date = RealDate
    return
  }
  const now = () => RealDate.now() + shiftMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: [], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  })
}
