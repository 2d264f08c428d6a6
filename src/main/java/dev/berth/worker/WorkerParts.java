package dev.berth.worker;

import dev.berth.config.WorkerConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.Engine;
import dev.berth.logs.FunctionLogs;
import dev.berth.worker.stdio.ObjectMemory;

/**
 * What all workers of a process share.
 *
 * @param maxRequestBytes limit of a request's body for functions on stdin and stdout; 0: none
 * @param objectMemory for calls of formats that are read whole
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
        ObjectMemory objectMemory,
        FunctionLogs logs) {}
