/** Looks into maps and sets, which nearly all work goes through: a measure that a busy machine does not change. */
export function lookupsOf(work: () => void): number {
  const { get } = Map.prototype;
  const { has } = Set.prototype;
  let count = 0;
  Map.prototype.get = function (key) {
    count++;
    return get.call(this, key);
  };
  Set.prototype.has = function (value) {
    count++;
    return has.call(this, value);
  };
  try {
    work();
  } finally {
    Map.prototype.get = get;
    Set.prototype.has = has;
  }
  return count;
}
