/** How long the processor worked, however long the machine let it wait. @returns seconds of this process, all its threads */
export function processorSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1e6;
}
