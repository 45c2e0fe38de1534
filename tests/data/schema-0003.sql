-- What the newsletter of schema 0003 kept: people and what they said, mailings, deliveries in all states, what came back.
-- Made by that version's migration of schema 0002's, with rows of its own, and dumped by SQLite; its key is bytes 0 to 31.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE consent_log (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subscriber INTEGER NOT NULL, 
	list TEXT NOT NULL, 
	consent TEXT NOT NULL CONSTRAINT consent_log_consent CHECK (consent IN (
    'pending',      -- has not said yes yet, and gets nothing
    'confirmed',    -- said yes, and gets mail
    'unsubscribed'  -- said no; only an own, explicit yes brings them back
)), 
	basis TEXT NOT NULL, 
	at TEXT NOT NULL, way TEXT DEFAULT '' NOT NULL, source TEXT DEFAULT '' NOT NULL, wording TEXT DEFAULT '' NOT NULL, ip TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT consent_log_subscriber_fk FOREIGN KEY(subscriber) REFERENCES subscriber (number)
);
INSERT INTO "consent_log" VALUES(1,1,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(2,2,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(3,3,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(4,4,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(5,5,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(6,6,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(7,7,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(8,8,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(9,1,'daily','confirmed','paper form','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(10,9,'weekly','pending','','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(11,10,'daily','confirmed','fair, May 2026','2026-11-20T09:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(12,11,'weekly','confirmed','paper form','2026-11-20T10:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(13,11,'weekly','unsubscribed','by mail','2026-11-20T11:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(14,7,'weekly','unsubscribed','one click','2026-11-21T12:00:00Z','','','','');
INSERT INTO "consent_log" VALUES(15,12,'weekly','confirmed','paper form','2026-11-21T12:00:00Z','','','','');
CREATE TABLE delivery (
	number INTEGER NOT NULL, 
	mailing INTEGER NOT NULL, 
	issue INTEGER NOT NULL, 
	subscriber INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	name TEXT NOT NULL, 
	state TEXT NOT NULL CONSTRAINT delivery_state CHECK (state IN (
    'queued',    -- to be sent
    'sending',   -- committed after the server's 354 and before the last bytes of the body
    'accepted',  -- the server took responsibility (RFC 5321 section 6.1)
    'deferred',  -- the server said "later" (4xx), or the line broke before the final dot; has a time to try again
    'refused',   -- the server said "never" (5xx), or the attempts are used up; its words are kept
    'excluded',  -- unsubscribed, suppressed or unconfirmed at the last moment
    'in_doubt'   -- the process died, or the line broke, after the final dot may have been read
)), 
	attempts INTEGER NOT NULL, 
	next_at TEXT, 
	reply TEXT NOT NULL, 
	claimed_by TEXT, 
	lease_until TEXT, 
	updated TEXT NOT NULL, 
	status TEXT DEFAULT '' NOT NULL, variant TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT delivery_pk PRIMARY KEY (number), 
	CONSTRAINT delivery_issue_folded_unique UNIQUE (issue, folded), 
	CONSTRAINT delivery_subscriber_issue_unique UNIQUE (subscriber, issue), 
	CONSTRAINT delivery_deferred_has_a_time CHECK ((state = 'deferred') = (next_at IS NOT NULL)), 
	CONSTRAINT delivery_a_lease_has_an_end CHECK ((claimed_by IS NULL) = (lease_until IS NULL)), 
	CONSTRAINT delivery_mailing_fk FOREIGN KEY(mailing) REFERENCES mailing (number), 
	CONSTRAINT delivery_subscriber_fk FOREIGN KEY(subscriber) REFERENCES subscriber (number)
);
INSERT INTO "delivery" VALUES(1,1,41,1,'Ada@Example.com','ada@example.com','Ada Lovelace','accepted',1,NULL,'250 2.0.0 taken',NULL,NULL,'2026-11-20T12:00:00Z','','');
INSERT INTO "delivery" VALUES(2,1,41,2,'zoë@exämple.com','zoë@xn--exmple-cua.com','Zoë','accepted',1,NULL,'250 2.0.0 taken',NULL,NULL,'2026-11-20T12:00:00Z','','');
INSERT INTO "delivery" VALUES(3,1,41,3,'grace@example.com','grace@example.com','Grace O''Hopper','accepted',1,NULL,'250 2.0.0 taken',NULL,NULL,'2026-11-20T12:00:00Z','','');
INSERT INTO "delivery" VALUES(4,1,41,4,'lin@example.com','lin@example.com','林','accepted',1,NULL,'250 2.0.0 taken',NULL,NULL,'2026-11-20T12:00:00Z','','');
INSERT INTO "delivery" VALUES(5,1,41,5,'donald@example.com','donald@example.com','','accepted',1,NULL,'250 2.0.0 taken',NULL,NULL,'2026-11-20T12:00:00Z','','');
INSERT INTO "delivery" VALUES(6,1,41,6,'edsger@example.com','edsger@example.com','','accepted',1,NULL,'250 2.0.0 taken',NULL,NULL,'2026-11-20T12:00:00Z','','');
INSERT INTO "delivery" VALUES(7,1,41,7,'margaret@example.com','margaret@example.com','','accepted',1,NULL,'250 2.0.0 taken',NULL,NULL,'2026-11-20T12:00:00Z','','');
INSERT INTO "delivery" VALUES(8,1,41,8,'refused@example.com','refused@example.com','','refused',1,NULL,'550 5.1.1 <refused@example.com> unknown',NULL,NULL,'2026-11-20T12:00:00Z','5.1.1','');
INSERT INTO "delivery" VALUES(9,2,42,1,'Ada@Example.com','ada@example.com','Ada Lovelace','accepted',1,NULL,'250 2.0.0 taken',NULL,NULL,'2026-11-21T12:00:00Z','','');
INSERT INTO "delivery" VALUES(10,2,42,2,'zoë@exämple.com','zoë@xn--exmple-cua.com','Zoë','deferred',1,'2026-11-21T12:05:00Z','451 4.2.0 come again',NULL,NULL,'2026-11-21T12:00:00Z','4.2.0','');
INSERT INTO "delivery" VALUES(11,2,42,3,'grace@example.com','grace@example.com','Grace O''Hopper','refused',1,NULL,'550 5.7.1 no',NULL,NULL,'2026-11-21T12:00:00Z','5.7.1','');
INSERT INTO "delivery" VALUES(12,2,42,4,'lin@example.com','lin@example.com','林','in_doubt',1,NULL,'the line broke after the final dot',NULL,NULL,'2026-11-21T12:00:00Z','','');
INSERT INTO "delivery" VALUES(13,2,42,5,'donald@example.com','donald@example.com','','sending',1,NULL,'','b1e2102f31c16e85','2026-11-21T12:30:00Z','2026-11-21T12:00:00Z','','');
INSERT INTO "delivery" VALUES(14,2,42,6,'edsger@example.com','edsger@example.com','','queued',0,NULL,'',NULL,NULL,'2026-11-21T12:00:00Z','','');
INSERT INTO "delivery" VALUES(15,2,42,7,'margaret@example.com','margaret@example.com','','excluded',0,NULL,'',NULL,NULL,'2026-11-21T12:00:00Z','','');
INSERT INTO "delivery" VALUES(16,2,42,12,'late@example.com','late@example.com','','queued',0,NULL,'',NULL,NULL,'2026-11-21T12:00:00Z','','');
CREATE TABLE delivery_event (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	delivery INTEGER NOT NULL, 
	kind TEXT NOT NULL CONSTRAINT delivery_event_kind CHECK (kind IN (
    'bounced',    -- it came back: nobody got it
    'delayed',    -- a server on the way said that it is still trying
    'complained'  -- the reader called it spam
)), 
	at TEXT NOT NULL, 
	status TEXT NOT NULL, 
	words TEXT NOT NULL, 
	report TEXT NOT NULL, 
	CONSTRAINT delivery_event_delivery_fk FOREIGN KEY(delivery) REFERENCES delivery (number), 
	CONSTRAINT delivery_event_delivery_report_unique UNIQUE (delivery, report)
);
INSERT INTO "delivery_event" VALUES(1,1,'bounced','2026-11-22T09:00:00Z','5.2.2','mailbox full','00ff');
CREATE TABLE forgotten (
	hash TEXT NOT NULL, 
	at TEXT NOT NULL, 
	wiped INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT forgotten_pk PRIMARY KEY (hash)
);
INSERT INTO "forgotten" VALUES('00ff','2026-11-21T09:00:00Z',1);
CREATE TABLE hook_outbox (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	hook TEXT NOT NULL, 
	event TEXT NOT NULL, 
	subscriber INTEGER, 
	body TEXT NOT NULL, 
	created TEXT NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	next_at TEXT, 
	lease_until TEXT, 
	words TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT hook_outbox_subscriber_fk FOREIGN KEY(subscriber) REFERENCES subscriber (number)
);
INSERT INTO "hook_outbox" VALUES(1,'crm','confirmed',1,'{}','2026-11-21T09:00:00Z',8,NULL,NULL,'it answered 500');
CREATE TABLE mailing (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	issue INTEGER NOT NULL, 
	list TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	frozen BLOB NOT NULL, 
	content_sha256 TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	finished_at TEXT, segment TEXT DEFAULT '' NOT NULL, excluding TEXT DEFAULT '' NOT NULL, key_fingerprint TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT mailing_issue_list_unique UNIQUE (issue, list)
);
INSERT INTO "mailing" VALUES(1,41,'weekly','Forty-one: it''s "here"',X'746865206279746573206F6620343100FF','82cb3a1d653bfa6d6bd89573cb5a31ef1b71df1375bdbdcbd06ea0788bc252a2','2026-11-20T12:00:00Z','2026-11-20T12:00:00Z','','','');
INSERT INTO "mailing" VALUES(2,42,'weekly','Forty-two',X'746865206279746573206F66203432','99e44d7b28e06fec06e3b89f52657a3ccb6bf14801bd3efeadd23cb5942968cd','2026-11-21T12:00:00Z',NULL,'','','');
CREATE TABLE meta (
	id INTEGER NOT NULL CONSTRAINT meta_one_row CHECK (id = 1), 
	database_id TEXT NOT NULL, 
	key_fingerprint TEXT NOT NULL, 
	created TEXT NOT NULL, 
	CONSTRAINT meta_pk PRIMARY KEY (id)
);
INSERT INTO "meta" VALUES(1,'00000000000000000000000000000003','dc27ac19e8094b63a0f1affdc7f22d32','2026-11-20T09:00:00Z');
CREATE TABLE notice (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind TEXT NOT NULL CONSTRAINT notice_kind CHECK (kind IN (
    'confirm',  -- asks whether it was really they who subscribed
    'known',    -- somebody subscribed an address that is on the lists already
    'address',  -- asks at a new address whether the change is theirs
    'link',     -- the way to their preferences
    'kept'      -- all that is kept about them
)), 
	subscriber INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	facts TEXT NOT NULL, 
	created TEXT NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	next_at TEXT, 
	lease_until TEXT, 
	sent_at TEXT, 
	reply TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT notice_subscriber_fk FOREIGN KEY(subscriber) REFERENCES subscriber (number)
);
INSERT INTO "notice" VALUES(1,'link',1,'ada@example.com','ada@example.com','{}','2026-11-21T09:00:00Z',0,NULL,NULL,'2026-11-21T09:00:05Z','');
CREATE TABLE progress (
	mailing INTEGER NOT NULL, 
	active_at TEXT, 
	stop_asked_at TEXT, 
	suppressed INTEGER DEFAULT '0' NOT NULL, 
	held INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT progress_pk PRIMARY KEY (mailing), 
	CONSTRAINT progress_mailing_fk FOREIGN KEY(mailing) REFERENCES mailing (number)
);
INSERT INTO "progress" VALUES(1,'2026-11-20T12:00:00Z',NULL,1,0);
INSERT INTO "progress" VALUES(2,'2026-11-21T12:00:00Z','2026-11-21T12:00:00Z',0,0);
CREATE TABLE schedule (
	issue INTEGER NOT NULL, 
	list TEXT NOT NULL, 
	at TEXT NOT NULL, 
	profile TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	frozen BLOB NOT NULL, 
	issue_sha256 TEXT NOT NULL, 
	correction_of INTEGER NOT NULL, 
	expected INTEGER NOT NULL, 
	asked_at TEXT NOT NULL, segment TEXT DEFAULT '' NOT NULL, excluding TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT schedule_pk PRIMARY KEY (issue, list)
);
INSERT INTO "schedule" VALUES(43,'weekly','2026-11-28T12:00:00Z','main','Forty-three',X'006C61746572','ab',0,8,'2026-11-21T12:00:00Z','','');
CREATE TABLE subscriber (
	number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	address TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created TEXT NOT NULL, language TEXT DEFAULT '' NOT NULL, timezone TEXT DEFAULT '' NOT NULL, attributes TEXT DEFAULT '{}' NOT NULL, forgotten_at TEXT, 
	CONSTRAINT subscriber_folded_unique UNIQUE (folded)
);
INSERT INTO "subscriber" VALUES(1,'Ada@Example.com','ada@example.com','Ada Lovelace','2026-11-20T09:00:00Z','de','Europe/Berlin','{"city": "Bern"}',NULL);
INSERT INTO "subscriber" VALUES(2,'zoë@exämple.com','zoë@xn--exmple-cua.com','Zoë','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(3,'grace@example.com','grace@example.com','Grace O''Hopper','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(4,'lin@example.com','lin@example.com','林','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(5,'donald@example.com','donald@example.com','','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(6,'edsger@example.com','edsger@example.com','','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(7,'margaret@example.com','margaret@example.com','','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(8,'refused@example.com','refused@example.com','','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(9,'pending@example.com','pending@example.com','','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(10,'imported@example.com','imported@example.com','I. M.','2026-11-20T09:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(11,'gone@example.com','gone@example.com','','2026-11-20T10:00:00Z','','','{}',NULL);
INSERT INTO "subscriber" VALUES(12,'late@example.com','late@example.com','','2026-11-21T12:00:00Z','','','{}',NULL);
CREATE TABLE subscription (
	subscriber INTEGER NOT NULL, 
	list TEXT NOT NULL, 
	consent TEXT NOT NULL CONSTRAINT subscription_consent CHECK (consent IN (
    'pending',      -- has not said yes yet, and gets nothing
    'confirmed',    -- said yes, and gets mail
    'unsubscribed'  -- said no; only an own, explicit yes brings them back
)), 
	basis TEXT NOT NULL, 
	since TEXT NOT NULL, without TEXT DEFAULT '' NOT NULL, paused_until TEXT, 
	CONSTRAINT subscription_pk PRIMARY KEY (subscriber, list), 
	CONSTRAINT subscription_confirmed_on_a_basis CHECK (consent <> 'confirmed' OR basis <> ''), 
	CONSTRAINT subscription_subscriber_fk FOREIGN KEY(subscriber) REFERENCES subscriber (number)
);
INSERT INTO "subscription" VALUES(1,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(2,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(3,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(4,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(5,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(6,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(7,'weekly','unsubscribed','one click','2026-11-21T12:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(8,'weekly','confirmed','paper form','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(1,'daily','confirmed','paper form','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(9,'weekly','pending','','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(10,'daily','confirmed','fair, May 2026','2026-11-20T09:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(11,'weekly','unsubscribed','by mail','2026-11-20T11:00:00Z','',NULL);
INSERT INTO "subscription" VALUES(12,'weekly','confirmed','paper form','2026-11-21T12:00:00Z','',NULL);
CREATE TABLE suppression (
	folded TEXT NOT NULL, 
	list TEXT DEFAULT '' NOT NULL, 
	kind TEXT DEFAULT 'refused' NOT NULL CONSTRAINT suppression_kind CHECK (kind IN (
    'refused',     -- the server said at once that nobody is there
    'bounced',     -- mail came back
    'complained',  -- the reader called it spam
    'editor',      -- somebody entered it by hand
    'imported'     -- another tool had it
)), 
	reason TEXT NOT NULL, 
	since TEXT NOT NULL, 
	CONSTRAINT suppression_pk PRIMARY KEY (folded, list)
);
INSERT INTO "suppression" VALUES('refused@example.com','','refused','550 5.1.1 <refused@example.com> unknown','2026-11-20T12:00:00Z');
CREATE TABLE tag (
	subscriber INTEGER NOT NULL, 
	tag TEXT NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY (subscriber, tag), 
	CONSTRAINT tag_subscriber_fk FOREIGN KEY(subscriber) REFERENCES subscriber (number)
);
INSERT INTO "tag" VALUES(1,'press');
CREATE TABLE traffic (
	profile TEXT NOT NULL, 
	minute TEXT NOT NULL, 
	messages INTEGER NOT NULL, 
	CONSTRAINT traffic_pk PRIMARY KEY (profile, minute)
);
INSERT INTO "traffic" VALUES('main','2026-11-21T12:00Z',8);
CREATE TABLE worker (
	host TEXT NOT NULL, 
	seen_at TEXT NOT NULL, 
	CONSTRAINT worker_pk PRIMARY KEY (host)
);
INSERT INTO "worker" VALUES('desk','2026-11-21T12:00:00Z');
CREATE INDEX subscription_list_consent_subscriber ON subscription (list, consent, subscriber);
CREATE INDEX consent_log_subscriber ON consent_log (subscriber);
CREATE INDEX delivery_stand ON delivery (mailing, state, next_at, number);
CREATE INDEX tag_tag_subscriber ON tag (tag, subscriber);
CREATE INDEX notice_folded_kind_created ON notice (folded, kind, created);
CREATE INDEX notice_next_at ON notice (next_at);
CREATE INDEX notice_subscriber ON notice (subscriber);
CREATE INDEX hook_outbox_next_at ON hook_outbox (next_at);
CREATE INDEX hook_outbox_subscriber ON hook_outbox (subscriber);
CREATE TRIGGER consent_log_no_delete BEFORE DELETE ON consent_log
    BEGIN SELECT RAISE(ABORT, 'consent_log is append-only'); END;
CREATE TRIGGER consent_log_no_update BEFORE UPDATE ON consent_log
    WHEN (NEW.number, NEW.subscriber, NEW.list, NEW.consent, NEW.at, NEW.way, NEW.wording)
        IS NOT (OLD.number, OLD.subscriber, OLD.list, OLD.consent, OLD.at, OLD.way, OLD.wording)
        OR (SELECT forgotten_at FROM subscriber WHERE number = OLD.subscriber) IS NULL
    BEGIN SELECT RAISE(ABORT, 'consent_log is append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscriber',12);
INSERT INTO "sqlite_sequence" VALUES('consent_log',15);
INSERT INTO "sqlite_sequence" VALUES('mailing',2);
INSERT INTO "sqlite_sequence" VALUES('notice',1);
INSERT INTO "sqlite_sequence" VALUES('hook_outbox',1);
INSERT INTO "sqlite_sequence" VALUES('delivery_event',1);
COMMIT;
