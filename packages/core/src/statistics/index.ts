export { benjaminiHochberg } from "./benjamini-hochberg.js";
export { chiSquareSurvival } from "./chi-square-distribution.js";
export {
  type ChiSquareContingencyOptions,
  type ChiSquareContingencyResult,
  type ChiSquareResult,
  chiSquareContingency,
  chiSquareGoodnessOfFit,
} from "./chi-square-tests.js";
export { kolmogorovLimitSurvival } from "./kolmogorov/limiting.js";
export {
  type KolmogorovSmirnovMethod,
  type KolmogorovSmirnovOptions,
  type KolmogorovSmirnovResult,
  kolmogorovSmirnov,
} from "./kolmogorov-smirnov.js";
export {
  type PopulationStabilityIndexOptions,
  type PopulationStabilityIndexResult,
  populationStabilityIndex,
} from "./population-stability-index.js";
export type { Sample } from "./samples.js";
export { erf, erfc } from "./special/error-function.js";
export { regularizedBeta } from "./special/incomplete-beta.js";
export { regularizedGammaP, regularizedGammaQ } from "./special/incomplete-gamma.js";
export { logGamma } from "./special/log-gamma.js";
export { normalCdf, normalQuantile, normalSurvival } from "./special/normal.js";
