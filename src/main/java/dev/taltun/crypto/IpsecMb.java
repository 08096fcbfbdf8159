package dev.taltun.crypto;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;
import java.util.StringJoiner;

/**
 * Intel's multi-buffer library, as much of it as two AEADs need.
 *
 * <p>Its fast functions are not symbols: they are function pointers in the manager structure {@code
 * IMB_MGR}, chosen for this CPU when a manager is initialised. Where they lie is fixed by the
 * library's header, which differs between versions, so only known versions are used:
 *
 * <pre>
 *   IMB_MGR                        1.2    1.3    1.4    1.5    2.0
 *   get_next_job                    64     64     64     64     64
 *   submit_job_nocheck              80     80     80     80     80
 *   flush_job                       96     96     96     96     96
 *   gcm256_enc                     272    272    272    272    272
 *   gcm256_dec                     296    296    296    296    296
 *   gcm256_pre                     464    464    464    464    464
 *   int earliest_job               952   1016   1048   1088   1104
 *   int next_job                   956   1020   1052   1092   1108
 *   IMB_JOB jobs[]                 960   1024   1056   1096   1112
 *   sizeof (struct gcm_key_data)  1008   1008   1264   1264   1264
 * </pre>
 *
 * <p>Version 3 moves the functions and is not known yet. As a second line of defence each new
 * manager's ring of jobs is compared with what {@code get_next_job} answers.
 */
final class IpsecMb {
    /** The names under which distributions install it, newest first. */
    static final String[] LIBRARY_NAMES = {"libIPSec_MB.so.2", "libIPSec_MB.so.1"};

    /** Bytes for a {@code struct gcm_key_data} of any known version: 1264, in whole cache lines. */
    static final long GCM_KEY_BYTES = 1280;

    /** Bytes for a {@code struct gcm_context_data}. */
    static final long GCM_CONTEXT_BYTES = 128;

    /** The alignment that the library wants of keys. */
    static final long ALIGNMENT = 64;

    private static final int FEATURES_OFFSET = 8;
    private static final int ERRNO_OFFSET = 60;
    private static final int GET_NEXT_JOB_OFFSET = 64;
    private static final int SUBMIT_JOB_NOCHECK_OFFSET = 80;
    private static final int FLUSH_JOB_OFFSET = 96;
    private static final int GCM256_ENC_OFFSET = 272;
    private static final int GCM256_DEC_OFFSET = 296;
    private static final int GCM256_PRE_OFFSET = 464;

    // AVX512F, DQ, CD, BW, VL; VAES, VPCLMULQDQ; AVX512-IFMA: what its widest code needs.
    private static final long WIDE_VECTORS = 0x1fL << 7 | 3L << 12 | 1L << 17;

    private final String version;
    private final boolean wideVectors;
    private final int jobsOffset;
    private final MemorySegment allocManager;
    private final MemorySegment initManager;
    private final MemorySegment getNextJob;
    private final MemorySegment submitJob;
    private final MemorySegment flushJob;
    private final MemorySegment gcmSeal;
    private final MemorySegment gcmOpen;
    private final MemorySegment gcmPrepare;

    /** The manager that told the functions; the first lane takes it over. */
    private MemorySegment spareManager;

    private IpsecMb(NativeLibrary library) throws ProviderUnavailableException {
        version = NativeLibrary.string(NativeCall.call(library.function("imb_get_version_str"), 0));
        jobsOffset = jobsOffset((int) NativeCall.call(library.function("imb_get_version"), 0));
        if (jobsOffset < 0) {
            throw new ProviderUnavailableException(
                    "version " + version + " is not known (1.2 to 1.5 and 2.0 are)");
        }
        allocManager = library.function("alloc_mb_mgr");
        initManager = library.function("init_mb_mgr_auto");
        MemorySegment manager = newManager();
        if (manager.get(Layouts.NATIVE_INT, ERRNO_OFFSET) != 0) {
            throw new ProviderUnavailableException("version " + version + " cannot use this CPU");
        }
        getNextJob = function(manager, GET_NEXT_JOB_OFFSET);
        submitJob = function(manager, SUBMIT_JOB_NOCHECK_OFFSET);
        flushJob = function(manager, FLUSH_JOB_OFFSET);
        gcmSeal = function(manager, GCM256_ENC_OFFSET);
        gcmOpen = function(manager, GCM256_DEC_OFFSET);
        gcmPrepare = function(manager, GCM256_PRE_OFFSET);
        long jobs = manager.address() + jobsOffset;
        if (nextJob(manager) != jobs + manager.get(Layouts.NATIVE_INT, nextJobOffset())) {
            throw new ProviderUnavailableException(
                    "version " + version + " does not have the layout of that version");
        }
        long features = manager.get(Layouts.NATIVE_LONG, FEATURES_OFFSET);
        wideVectors = (features & WIDE_VECTORS) == WIDE_VECTORS;
        spareManager = manager;
    }

    /** Loads the first of the libraries that can be used. */
    static IpsecMb open(String... names) throws ProviderUnavailableException {
        StringJoiner reasons = new StringJoiner(", ");
        for (String name : names) {
            try {
                return new IpsecMb(NativeLibrary.load(name));
            } catch (ProviderUnavailableException e) {
                reasons.add(e.getMessage());
            }
        }
        throw new ProviderUnavailableException(reasons.toString());
    }

    /** Where the ring of jobs begins in a manager of this version, or -1 for an unknown one. */
    static int jobsOffset(int version) {
        return switch (version >>> 8) {
            case 0x102 -> 960;
            case 0x103 -> 1024;
            case 0x104 -> 1056;
            case 0x105 -> 1096;
            case 0x200 -> 1112;
            default -> -1;
        };
    }

    String version() {
        return version;
    }

    /** True if AES, GHASH and Poly1305 all run on 512-bit vectors here. */
    boolean hasWideVectors() {
        return wideVectors;
    }

    /** A manager for one thread (about 200 KiB), never freed: lanes live as long as the process. */
    synchronized MemorySegment takeManager() {
        MemorySegment manager = spareManager != null ? spareManager : newManager();
        spareManager = null;
        return manager;
    }

    /** Where {@code next_job} lies in a manager. */
    int nextJobOffset() {
        return jobsOffset - Integer.BYTES;
    }

    long nextJob(MemorySegment manager) {
        return NativeCall.call(getNextJob, manager.address());
    }

    /** Runs the job at {@code next_job}; the AEADs complete at once. */
    long submit(long manager) {
        return NativeCall.call(submitJob, manager);
    }

    /** Completes a job that {@link #submit} left open. */
    long flush(long manager) {
        return NativeCall.call(flushJob, manager);
    }

    /** Expands an AES-256 key into {@link #GCM_KEY_BYTES} bytes. */
    void prepareGcm(long key, long schedule) {
        NativeCall.call(gcmPrepare, key, schedule);
    }

    /** AES-256-GCM over a packet: {@code length} bytes from {@code in} to {@code out}. */
    void sealGcm(long schedule, long context, long out, long in, long length, long iv, long tag) {
        NativeCall.call(
                gcmSeal, schedule, context, out, in, length, iv, 0, 0, tag, AeadKey.TAG_BYTES);
    }

    /** The reverse; writes the tag that the packet should have. */
    void openGcm(long schedule, long context, long out, long in, long length, long iv, long tag) {
        NativeCall.call(
                gcmOpen, schedule, context, out, in, length, iv, 0, 0, tag, AeadKey.TAG_BYTES);
    }

    private MemorySegment newManager() {
        long address = NativeCall.call(allocManager, 0);
        if (address == 0) {
            throw new OutOfMemoryError("no memory for a manager of IPsec-MB");
        }
        NativeCall.call(initManager, address, 0);
        return NativeLibrary.memory(address, jobsOffset);
    }

    private static MemorySegment function(MemorySegment manager, long offset)
            throws ProviderUnavailableException {
        long address = manager.get(Layouts.NATIVE_LONG, offset);
        if (address == 0) {
            throw new ProviderUnavailableException("it cannot use this CPU");
        }
        return MemorySegment.ofAddress(address);
    }
}
