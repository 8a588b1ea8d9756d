import { alerts } from './commands/alerts.ts';
import { circuitClose } from './commands/circuit-close.ts';
import { demo } from './commands/demo.ts';
import { dev } from './commands/dev.ts';
import { demoCrash } from './commands/demo-crash.ts';
import { doctor } from './commands/doctor.ts';
import { exposureDrifts } from './commands/exposure-drifts.ts';
import { exposureRepair } from './commands/exposure-repair.ts';
import { drift } from './commands/drift.ts';
import { explain } from './commands/explain.ts';
import { halt } from './commands/halt.ts';
import { halts } from './commands/halts.ts';
import { heartbeat } from './commands/heartbeat.ts';
import { imageBuild } from './commands/image-build.ts';
import { imagePush } from './commands/image-push.ts';
import { instrumentsList } from './commands/instruments-list.ts';
import { instrumentsLoad } from './commands/instruments-load.ts';
import { limitsSet } from './commands/limits-set.ts';
import { limitsShow } from './commands/limits-show.ts';
import { ledgerClose } from './commands/ledger-close.ts';
import { ledgerDeposit } from './commands/ledger-deposit.ts';
import { ledgerSettle } from './commands/ledger-settle.ts';
import { ledgerWithdraw } from './commands/ledger-withdraw.ts';
import { logs } from './commands/logs.ts';
import { marketCheck } from './commands/market-check.ts';
import { marketLastReport } from './commands/market-report.ts';
import { quarantineSettle } from './commands/quarantine-settle.ts';
import { queueList } from './commands/queue-list.ts';
import { queueReplay } from './commands/queue-replay.ts';
import { queueSettle } from './commands/queue-settle.ts';
import { queueShow } from './commands/queue-show.ts';
import { reconcileResolve } from './commands/reconcile-resolve.ts';
import { reconcileRun } from './commands/reconcile-run.ts';
import { reconcileShow } from './commands/reconcile-show.ts';
import { rehearse } from './commands/rehearse.ts';
import { restart } from './commands/restart.ts';
import { resume } from './commands/resume.ts';
import { rollback } from './commands/rollback.ts';
import { runbookCheck } from './commands/runbook-check.ts';
import { runbookDrill } from './commands/runbook-drill.ts';
import { runbookList } from './commands/runbook-list.ts';
import { runbookRun } from './commands/runbook-run.ts';
import { runbookShow } from './commands/runbook-show.ts';
import { schema } from './commands/schema.ts';
import { seed } from './commands/seed.ts';
import { signal } from './commands/signal.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { tail } from './commands/tail.ts';
import { up } from './commands/up.ts';
import { volatilityLoad } from './commands/volatility-load.ts';
import type { Command } from './framework/command.ts';

/** Every command of `keelson`, in the order of its help. Adding one is a file in commands/ and a line here. */
export const commands: readonly Command[] = [
  start,
  stop,
  dev,
  restart,
  status,
  logs,
  doctor,
  demo,
  demoCrash,
  signal,
  tail,
  explain,
  alerts,
  halt,
  halts,
  resume,
  heartbeat,
  circuitClose,
  quarantineSettle,
  queueList,
  queueShow,
  queueReplay,
  queueSettle,
  reconcileShow,
  reconcileRun,
  reconcileResolve,
  instrumentsList,
  instrumentsLoad,
  marketCheck,
  marketLastReport,
  limitsShow,
  limitsSet,
  exposureDrifts,
  exposureRepair,
  ledgerDeposit,
  ledgerWithdraw,
  ledgerSettle,
  ledgerClose,
  rehearse,
  up,
  volatilityLoad,
  drift,
  rollback,
  imageBuild,
  imagePush,
  seed,
  runbookList,
  runbookShow,
  runbookRun,
  runbookDrill,
  runbookCheck,
  schema,
];
