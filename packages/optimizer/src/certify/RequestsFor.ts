import { certifyShare } from "./CertifyShare.ts"

/**
 * Graded requests of which the optimizer sets `certifying` apart to certify.
 *
 * @param graded those at hand: the search begins with their share
 */
export const requestsFor = (certifying: number, graded: number): number => {
  let total = Math.ceil(certifying / certifyShare(graded))
  // The share falls as requests grow, so the first guess may fall short.
  while (certifyShare(total) * total < certifying - 1) total = Math.ceil(certifying / certifyShare(total))
  return total
}
