package dev.tandem.jobs;

import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.security.AttemptToken;
import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.Report;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The door of workers. Whoever comes must hold the attempt's token, and the attempt must still own its job. */
@Service
@Transactional
public class WorkerReports {

    private final Jobs jobs;
    private final JdbcClient sql;
    private final Orders orders;
    private final LeaseTerms terms;
    private final JobMeters meters;
    private final ReportWriter writer;
    private final Endings endings;

    WorkerReports(
            Jobs jobs,
            JdbcClient sql,
            Orders orders,
            LeaseTerms terms,
            JobMeters meters,
            ReportWriter writer,
            Endings endings) {
        this.jobs = jobs;
        this.sql = sql;
        this.orders = orders;
        this.terms = terms;
        this.meters = meters;
        this.writer = writer;
        this.endings = endings;
    }

    private record Standing(byte[] tokenHash, boolean over, long lastSeq) {}

    /** @throws WrongToken if this is not the attempt's token */
    @Transactional(readOnly = true)
    public void requireToken(AttemptId id, AttemptToken token) {
        require(id, token);
    }

    public AttemptOrder order(AttemptId id, AttemptToken token) {
        Job job = lock(id, token);
        if (!isOpen(id)) {
            throw fenced(id);
        }
        return orders.of(job);
    }

    /** Renews the lease and tells the worker what its job's owner wants. */
    public Instruction heartbeat(AttemptId id, AttemptToken token, Heartbeat beat) {
        require(id, token);
        // The job before its lease, as everywhere: two orders would be a deadlock.
        Job job = isStarting(id) ? lock(id, token) : jobs.findById(id.job()).orElseThrow(() -> fenced(id));
        writer.progress(id, beat);
        int renewed = sql.sql("""
                UPDATE lease SET heartbeat_at = clock_timestamp(),
                                 expires_at = clock_timestamp() + :ms * interval '1 millisecond'
                 WHERE job_id = :job AND epoch = :epoch
                """)
                .param("ms", terms.lease().toMillis())
                .param("job", id.job())
                .param("epoch", id.epoch())
                .update();
        if (renewed == 0) {
            throw fenced(id);
        }
        job.workerIsUp();
        return job.desired().instruction();
    }

    /** Most beats find the job running; only the first one has to lock it. */
    private boolean isStarting(AttemptId id) {
        return sql.sql("SELECT count(*) > 0 FROM job WHERE id = :job AND status = 'starting'")
                .param("job", id.job())
                .query(Boolean.class)
                .single();
    }

    /**
     * Takes reports in order, each once.
     *
     * @return the number up to which all are written
     */
    public long accept(AttemptId id, AttemptToken token, List<Report.Envelope> reports) {
        return take(lock(id, token), id, reports);
    }

    /** Takes what a worker that is gone left behind; an attempt that is over takes nothing any more. */
    public void acceptLeft(AttemptId id, List<Report.Envelope> reports) {
        jobs.lock(id.job()).filter(job -> isOpen(id)).ifPresent(job -> take(job, id, reports));
    }

    private long take(Job job, AttemptId id, List<Report.Envelope> reports) {
        Standing standing = standing(id).orElseThrow(() -> fenced(id));
        long through = standing.lastSeq();
        var measured = new ArrayList<Report.Metrics>();
        for (Report.Envelope envelope : reports) {
            if (envelope.seq() <= through) {
                continue; // delivered before; only the answer was lost
            }
            if (standing.over() || job.epoch() != id.epoch() || !job.status().isUnderWay()) {
                throw fenced(id);
            }
            if (envelope.seq() != through + 1) {
                break; // one is missing: the worker sends again from the number answered
            }
            job.workerIsUp();
            if (envelope.report() instanceof Report.Metrics metrics) {
                measured.add(metrics);
            } else {
                writer.latest(job, measured);
                measured.clear();
            }
            write(job, envelope);
            through = envelope.seq();
        }
        writer.latest(job, measured);
        if (through > standing.lastSeq()) {
            note(id, through);
        }
        return through;
    }

    /**
     * Ends the job whose worker reported what cannot be true.
     *
     * @return the number of the refused report: the worker need not send it again
     */
    public long refuse(AttemptId id, RefusedReport refused) {
        Job job = jobs.lock(id.job()).filter(j -> isOpen(id)).orElseThrow(() -> fenced(id));
        endings.failed(job, "invalid_report", String.valueOf(refused.getMessage()));
        note(id, refused.seq());
        return refused.seq();
    }

    /** Number of the last report that was written. */
    @Transactional(readOnly = true)
    public long through(AttemptId id) {
        return standing(id).map(Standing::lastSeq).orElse(0L);
    }

    private void write(Job job, Report.Envelope envelope) {
        try {
            writer.write(job, envelope.report());
        } catch (IllegalArgumentException | NotFound | Conflict e) {
            throw new RefusedReport(envelope.seq(), e);
        } catch (DataIntegrityViolationException e) {
            throw isOfTheData(e) ? new RefusedReport(envelope.seq(), e) : e;
        }
    }

    /** SQLSTATE class 22: the database will never hold such a value, however often it comes. */
    private static boolean isOfTheData(DataIntegrityViolationException e) {
        return e.getMostSpecificCause() instanceof SQLException cause
                && String.valueOf(cause.getSQLState()).startsWith("22");
    }

    private void note(AttemptId id, long through) {
        sql.sql("UPDATE attempt SET last_seq = :seq WHERE job_id = :job AND epoch = :epoch")
                .param("seq", through)
                .param("job", id.job())
                .param("epoch", id.epoch())
                .update();
    }

    private Job lock(AttemptId id, AttemptToken token) {
        require(id, token);
        return jobs.lock(id.job()).orElseThrow(() -> fenced(id));
    }

    private Standing require(AttemptId id, AttemptToken token) {
        return standing(id)
                .filter(s -> token.matches(s.tokenHash()))
                .orElseThrow(() -> new WrongToken(id.job(), id.epoch()));
    }

    private boolean isOpen(AttemptId id) {
        return standing(id).filter(s -> !s.over()).isPresent();
    }

    private Optional<Standing> standing(AttemptId id) {
        return sql.sql(
                        "SELECT token_hash, ended_at IS NOT NULL, last_seq FROM attempt WHERE job_id = :job AND epoch = :epoch")
                .param("job", id.job())
                .param("epoch", id.epoch())
                .query((row, n) -> new Standing(row.getBytes(1), row.getBoolean(2), row.getLong(3)))
                .optional();
    }

    private Fenced fenced(AttemptId id) {
        meters.fencedWrite();
        return new Fenced(id.job(), id.epoch());
    }
}
