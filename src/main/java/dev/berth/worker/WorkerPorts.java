package dev.berth.worker;

import dev.berth.config.WorkerConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.Engine;
import dev.berth.logs.FunctionLogs;

/** What all workers of a process share. */
public record WorkerPorts(
        Engine engine,
        SocketDirectories directories,
        SocketWatcher watcher,
        FreezeSwitch freeze,
        LifecycleObserver observer,
        WorkerConfig config,
        FunctionLogs logs) {}
