// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

/**
 * What a BENCH came to: the payload of BENCH_DONE.
 *
 * @param programs programs that were run
 * @param elapsedUs the guest's time, microseconds
 * @param resultBytes bytes of results that were produced and thrown away
 */
public record BenchDone(long programs, long elapsedUs, long resultBytes) {
    public static BenchDone decode(byte[] bytes) throws WireFormatException {
        Payload payload = new Payload(bytes);
        BenchDone done = new BenchDone(payload.s64("programs"), payload.s64("elapsed"), payload.s64("result bytes"));
        payload.atEnd();
        if (done.programs < 0 || done.elapsedUs <= 0 || done.resultBytes < 0) {
            throw new WireFormatException("counts of a bench are below zero, or its time is not above: " + done);
        }
        return done;
    }

    public double programsPerSecond() {
        return programs * 1e6 / elapsedUs;
    }
}
