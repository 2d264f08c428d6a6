package dev.berth.bus;

import dev.berth.bus.WhyMessage.Asked;
import dev.berth.bus.WhyMessage.Told;
import dev.berth.proto.bus.Control;
import dev.berth.proto.bus.WhyTold;

/** What nodes ask each other about calls, to protobuf and back. */
final class WhyProtos {
    private WhyProtos() {}

    static void write(Control.Builder control, WhyMessage message) {
        if (message instanceof Asked asked) {
            control.setWhyAsked(dev.berth.proto.bus.WhyAsked.newBuilder().setCallId(asked.callId()));
        } else if (message instanceof Told told) {
            WhyTold.Builder form = WhyTold.newBuilder();
            for (WhyMessage.Kept each : told.records()) {
                form.addRecords(WhyTold.Record.newBuilder()
                        .setNode(each.node())
                        .setText(each.text())
                        .setJson(each.json()));
            }
            control.setWhyTold(form);
        }
    }

    static Asked read(dev.berth.proto.bus.WhyAsked asked) {
        return new Asked(asked.getCallId());
    }

    static Told read(WhyTold told) {
        return new Told(told.getRecordsList().stream()
                .map(each -> new WhyMessage.Kept(each.getNode(), each.getText(), each.getJson()))
                .toList());
    }
}
