import { percentile, type Job, type Outcome } from './job.js';
import { RawConnection } from './raw-connection.js';

// The load generator's own process: does the jobs that its parent sends, one at a time.

process.on('message', (job: Job) => {
  run(job).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});

async function run(job: Job): Promise<Outcome> {
  const { hostname, port } = new URL(job.origin);
  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => RawConnection.open(hostname, Number(port))),
  );
  const latencies: number[] = [];
  const by_status: Record<string, number> = {};
  const requests = requestsOf(job);
  const cpu = process.cpuUsage();
  const started = performance.now();
  const end = started + job.seconds * 1000;
  const drive = async (connection: RawConnection): Promise<void> => {
    while (performance.now() < end) {
      const sent = performance.now();
      const { status, body } = await connection.send(requests());
      latencies.push(performance.now() - sent);
      by_status[status] = (by_status[status] ?? 0) + 1;
      if (!job.statuses.includes(status)) throw new Error(`${status} ${body.toString()}`);
    }
  };
  try {
    await Promise.all(connections.map(drive));
  } finally {
    for (const connection of connections) connection.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const sorted = Float64Array.from(latencies).sort();
  return {
    ...{ answers: latencies.length, by_status, seconds },
    ...{ p50_ms: percentile(sorted, 0.5), p99_ms: percentile(sorted, 0.99) },
    own_cpu: (user + system) / 1e6,
  };
}

/** Gives one request after the other, whole. */
function requestsOf({ origin, token, method, paths, bodies, content_type }: Job): () => string {
  const head = [
    `host: ${new URL(origin).host}`,
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(bodies ? [`content-type: ${content_type ?? 'application/json'}`] : []),
  ].join('\r\n');
  const tails = bodies?.map((body) => `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`) ?? [
    '\r\n',
  ];
  let turn = 0;
  return () => {
    const path = paths[turn % paths.length] ?? '';
    const tail = tails[turn % tails.length] ?? '';
    turn += 1;
    return `${method} ${path} HTTP/1.1\r\n${head}\r\n${tail}`;
  };
}
