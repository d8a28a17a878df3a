// Node would print it on the standard error of a command: what listens to a signal for each request has to say so.
const INSTALLED = Symbol.for('brokerform.test.warnings');

// Files that share a process share the listener.
if (!(INSTALLED in globalThis)) {
  Object.assign(globalThis, { [INSTALLED]: true });
  process.on('warning', (warning) => {
    if (warning.name === 'MaxListenersExceededWarning') throw warning;
  });
}
