import type { World } from './world.ts';

/** Every moment at which somebody tried to bring an order to the venue, by the venue's own log: taken or struck. */
export async function arrivalsAtVenue(world: World): Promise<{ at: number; id: string; taken: boolean }[]> {
  return (await world.venue.log())
    .filter(({ kind }) => kind === 'order' || kind === 'strike')
    .map((line) => ({
      at: Date.parse(String(line['at'])),
      id: String(line['client_order_id']),
      taken: line.kind === 'order',
    }));
}
