// Tells the test that runs a script what happened, a line of JSON at a time, and ends the script with the test.
export function say(what, more = {}) {
  process.stdout.write(`${JSON.stringify({ what, ...more })}\n`);
}

process.stdin.on('end', () => process.exit(0)).resume();
process.on('unhandledRejection', (error) => say('failed', { error: String(error?.stack ?? error) }));
