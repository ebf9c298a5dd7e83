/** The Python of each peer, which `npm run bench` installs from PyPI; `undefined` where that was not possible. */
export interface Peers {
  readonly mlflow: string | undefined;
  readonly wandb: string | undefined;
}

/** Where the peers are, as `scripts/bench.js` says. */
export function installedPeers(): Peers {
  return { mlflow: process.env.MILLWRIGHT_PEER_MLFLOW, wandb: process.env.MILLWRIGHT_PEER_WANDB };
}
