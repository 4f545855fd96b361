/**
 * Share of the graded requests, the newest, that is set apart to certify. With few requests the certificate needs a larger
 * part of them than the fit can tell the loss of.
 */
export const certifyShare = (requests: number): number => requests < 5_000 ? 0.3 : 0.2
