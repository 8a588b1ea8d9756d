/** A store that services need. Local ports are the stack's port base + the offset. */
export interface DatastoreSpec {
  readonly name: 'postgres' | 'redis';
  readonly purpose: string;
  readonly portOffset: number;
  /** Image for whoever runs the stack with Docker. */
  readonly image: string;
}

export const datastores: readonly DatastoreSpec[] = [
  { name: 'postgres', purpose: 'the truth', portOffset: 20, image: 'pgvector/pgvector:pg18' },
  { name: 'redis', purpose: 'carries wake-ups and frames', portOffset: 21, image: 'redis:8' },
];
