package dev.berth.registry;

import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.error.ErrorCode;
import java.util.List;
import java.util.stream.Collectors;

/** Commands as one line each, for assertions that read like the rule. */
final class Commands {
    private Commands() {}

    static List<String> told(List<Command> commands) {
        return commands.stream().map(Commands::line).collect(Collectors.toList());
    }

    static String grant(String container, String call) {
        return container + " to " + call;
    }

    static String refuse(String call, ErrorCode error) {
        return call + " refused " + error;
    }

    static String launch(String container, String call) {
        return "launch " + container + " for " + call;
    }

    static String remove(String container, Reason reason) {
        return "remove " + container + " " + reason;
    }

    static String revoke(String container, long lease) {
        return "revoke " + lease + " of " + container;
    }

    static String wake(String container, long lease) {
        return "wake " + container + " for " + lease;
    }

    static String drained() {
        return "drained";
    }

    private static String line(Command command) {
        if (command instanceof Command.Grant grant) {
            return grant(grant.containerId(), grant.callId());
        } else if (command instanceof Command.Refuse refuse) {
            return refuse(refuse.callId(), refuse.error().code());
        } else if (command instanceof Command.Launch launch) {
            return launch(launch.containerId(), launch.causeCallId());
        } else if (command instanceof Command.Remove remove) {
            return remove(remove.containerId(), remove.reason());
        } else if (command instanceof Command.Revoke revoke) {
            return revoke(revoke.containerId(), revoke.lease());
        } else if (command instanceof Command.Wake wake) {
            return wake(wake.containerId(), wake.lease());
        }
        return drained();
    }
}
