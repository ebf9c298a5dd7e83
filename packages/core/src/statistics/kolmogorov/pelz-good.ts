/**
 * P(D < x) by the asymptotic expansion of W. Pelz and I. J. Good, "Approximating the lower tail-areas of the
 * Kolmogorov-Smirnov one-sample statistic", JRSS B 38, 1976, with terms up to n^(-3/2); coefficients as in
 * R. Simard and P. L'Ecuyer, "Computing the two-sided Kolmogorov-Smirnov distribution", 2011.
 */
export function pelzGoodCdf(n: number, x: number): number {
  const root = Math.sqrt(n);
  const z = root * x;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const pi2 = Math.PI * Math.PI;
  const pi4 = pi2 * pi2;
  const pi6 = pi4 * pi2;
  const exponent = -pi2 / (8 * z2);
  const terms = Math.ceil((16 * z) / Math.PI);
  let [k0, k1, k2, k3] = [0, 0, 0, 0];
  let [whole2, whole3] = [0, 0];
  for (let k = terms; k >= 1; k--) {
    const m2 = (2 * k - 1) ** 2;
    const m4 = m2 * m2;
    const odd = Math.exp(exponent * m2);
    k0 += odd;
    k1 += odd * (-z2 + (pi2 / 4) * m2);
    k2 += odd * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * pi2 * m2) / 4 + (pi4 * (1 - 2 * z2) * m4) / 16);
    k3 +=
      odd *
      (-30 * z6 -
        90 * z4 * z4 +
        ((135 * z4 - 96 * z6) * pi2 * m2) / 4 +
        ((212 * z4 - 60 * z2) * pi4 * m4) / 16 +
        ((5 - 30 * z2) * pi6 * m2 * m4) / 64);
    const whole = k * k * Math.exp(exponent * 4 * k * k);
    whole2 += whole;
    whole3 += whole * (3 * z2 - pi2 * k * k);
  }
  const first = k0 / z;
  const second = k1 / (6 * z4);
  const third = k2 / (72 * z6 * z) - (pi2 * whole2) / (36 * z2 * z);
  const fourth = k3 / (6480 * z6 * z4) + (pi2 * whole3) / (216 * z6);
  return Math.sqrt(2 * Math.PI) * (first + (second + (third + fourth / root) / root) / root);
}
