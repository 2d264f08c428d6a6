package dev.berth.why;

/** Where things stand in a record of {@value #BYTES} bytes. */
final class Layout {
    static final int BYTES = 256;

    /** Which record it is; 0 while it is being written. */
    static final int STAMP = 0;

    static final int ID = 8;
    static final int KEY = 24;
    static final int IMAGE = 32;
    static final int APP = 36;
    static final int FUNCTION = 40;
    static final int LIMIT_MIB = 44;
    static final int ARRIVED = 48;

    // Microseconds.
    static final int WAIT = 56;
    static final int RUN = 60;
    static final int HEAD = 64;
    static final int WAKE = 68;
    static final int PULL = 72;
    static final int PREPARE = 76;
    static final int CREATE = 80;
    static final int INIT = 84;
    static final int CPU = 88;
    static final int THROTTLED = 92;

    static final int REQUEST_BYTES = 96;
    static final int RESPONSE_BYTES = 104;
    static final int PEAK_KIB = 112;
    static final int ERROR_TEXT = 116;

    // One byte each.
    static final int START = 120;
    static final int WAITED = 121;
    static final int REFUSED = 122;
    static final int COLD = 123;
    static final int FATE = 124;
    static final int ID_KIND = 125;
    static final int FLAGS = 126;
    static final int LOST_SLOTS = 127;

    // Two bytes each.
    static final int CODE = 128;
    static final int WIRE = 130;
    /** One byte, and the next too. */
    static final int FATE_CODE = 132;

    static final int IGNORED = 133;
    static final int AHEAD = 134;
    static final int BUSY = 136;
    static final int ASKED = 138;

    static final int COLD_AGO = 140;
    static final int COLD_NUMBER = 144;
    static final int COLD_OTHER = 148;
    static final int COLD_WANTED_MIB = 152;
    static final int COLD_FREE_MIB = 156;

    static final int MISSING_MIB = 160;
    static final int MISSING_CPU = 164;
    static final int WANTED_MIB = 168;
    static final int WANTED_CPU = 172;
    static final int FIRST = 176;

    /** Text and amount of each. */
    static final int HOLDERS = 180;

    static final int HOLDER_BYTES = 8;

    /** Text, outcome and time of each. */
    static final int TRIES = 204;

    static final int TRY_BYTES = 9;
    static final int MAX_TRIES = 4;

    static final int TRACE = 240;

    static final int STARTED = 1;
    static final int SAMPLED = 2;
    static final int FAILED = 4;
    static final int WOKEN_BY_ENGINE = 8;
    static final int PEAK_OF_CALL = 16;
    static final int SHORTAGE = 32;
    static final int TRACED = 64;

    private Layout() {}
}
