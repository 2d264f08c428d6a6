package dev.berth.conformance;

import com.google.protobuf.ByteString;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.CallFinished;
import dev.berth.proto.TryCall;

/** Calls that bring a slot hash. */
final class Hashes {
    private Hashes() {}

    static CallFinished run(LiveRunner runner, CallDoc doc, ByteString hash) {
        EngageCall call = runner.client()
                .engage()
                .tryCall(TryCall.newBuilder().setModelsCallJson(doc.text()).setSlotHashId(hash));
        return call.data("", true).result().finished();
    }
}
