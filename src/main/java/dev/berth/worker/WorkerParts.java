package dev.berth.worker;

import dev.berth.config.WorkerConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.Engine;
import dev.berth.logs.FunctionLogs;

/**
 * What all workers of a process share.
 *
 * @param maxRequestBytes limit of a request's body for functions on stdin and stdout; 0: none
 */
public record WorkerParts(
        Engine engine,
        SocketDirectories directories,
        SocketWatcher watcher,
        FreezeSwitch freeze,
        OneShotFunctions oneShots,
        Seals seals,
        LifecycleObserver observer,
        WorkerConfig config,
        long maxRequestBytes,
        FunctionLogs logs) {}
