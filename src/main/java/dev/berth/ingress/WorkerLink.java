package dev.berth.ingress;

import dev.berth.bus.RunCall;
import dev.berth.stream.FrameStream;

/** Opens streams to workers. */
interface WorkerLink {

    /**
     * @param worker the worker's frames address
     * @param requestWindow bytes the worker takes before its first grant
     */
    FrameStream open(String worker, RunCall call, long requestWindow);
}
