PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'ledger and players','2026-11-22 23:52:08',1,X'a5e9c0d161a083cbc0d5d78f68c9436fc45518d1c0c8d62413f66422d3d0dd2932e78e2770dcb7fe59efc27204420101',801944);
INSERT INTO _sqlx_migrations VALUES(2,'game','2026-11-22 23:52:08',1,X'1023ba1ff2d094ad838fdbdc4a1d47d1415548084922d87274fdc8d63213fbce007a46ff29edc00c5cda014ac265df46',1576937);
INSERT INTO _sqlx_migrations VALUES(3,'providers','2026-11-22 23:52:08',1,X'9c294e96e025003ed57ad6f99d3c3d24bfdb1fdbe67b8bfc1fc4e3b30b545a345521f4ed7aa8b5e0b3514f29b3e95cd1',1577147);
INSERT INTO _sqlx_migrations VALUES(4,'guards','2026-11-23 02:59:42',1,X'98031d6f114f0f7859149ddb35ee6dd31b23ff377081354d70f339896b6be3bd8e0209777ffd5dece0cfe26d18830747',235010);
INSERT INTO _sqlx_migrations VALUES(5,'ussd sessions','2026-11-23 02:59:42',1,X'230ac08d56e291e6dd2735a3c94ba4d4d7dd2c9438182ba99ef619b836b442948228a451a40d65fa20c15feaf950c8d9',426174);
INSERT INTO _sqlx_migrations VALUES(6,'sms inbound','2026-11-23 02:59:42',1,X'1b5da70c15dcc051d7ef9a4fae24f2993f03f353572e9f954539fc36642428c4ddde4105f9212b94c5b9d7e17f266835',2968148);
INSERT INTO _sqlx_migrations VALUES(7,'question withdrawal','2026-11-23 02:59:42',1,X'd6d6639ffaf12f2184850ee500e0cf11a73c83c28475ba1f30a7db1f4c06e81b57108be5d8b99720410fbcc080bc477d',5501989);
INSERT INTO _sqlx_migrations VALUES(8,'withdrawals','2026-11-23 02:59:42',1,X'e5115081cbbb3e538193f60f4fa39f5a79e12620a5db090d96feed8a01848dd810deb6e430c9e413d246c98285fcb433',3058723);
INSERT INTO _sqlx_migrations VALUES(9,'paybill','2026-11-23 02:59:42',1,X'4c8631028fe592124afdc027f57b429a0dac5899f124bc5d58959d3013cf44d90ae7865d6919b9004e34b976191f3ddf',309410);
INSERT INTO _sqlx_migrations VALUES(10,'inbox headers','2026-11-23 02:59:42',1,X'e769e852065a85e9528449634a05b183af5906e60e299925d835b41bbb73d4630b62bf04158faec06f252a5103244ded',2517106);
INSERT INTO _sqlx_migrations VALUES(11,'balance reports','2026-11-23 06:13:08',1,X'dfbdcab1262e0386d0d70237d7199aac0a02b922aa5b19b410cac85bb6460e3cada57f48d8a8cc368f96ee6ea89b933b',738299);
INSERT INTO _sqlx_migrations VALUES(12,'circuits','2026-11-23 06:13:08',1,X'13faddbd69afe921b8d69cc9a57828f7341f6ea46e60461ba683c88fc0aa67188be9bf5779e28e775a157e03a9a77b73',3703573);
INSERT INTO _sqlx_migrations VALUES(13,'sms senders','2026-11-23 06:13:08',1,X'dd76ec93cc69e23e01cd46cac138e6c566cee4567315a38f49e5fbce446f867c64fbfeab8117499c9a619b5bcb88ca0f',5185378);
INSERT INTO _sqlx_migrations VALUES(14,'callers','2026-11-23 06:13:08',1,X'392e7d2b7985275ae439119aaf01d7ec158e6c029ae9818fb581a62b7d3ff86b5f3971edcdfcdad3e2b6cda8db2cf9c0',6148672);
INSERT INTO _sqlx_migrations VALUES(15,'audit','2026-11-29 08:52:06',1,X'48bf28c30eaadb1bf116e5fbeadd76adf504d652f597f43c11feb9d711168bc242d40b5f07ae1ecde54cdce53e74317d',16528702);
INSERT INTO _sqlx_migrations VALUES(16,'admins','2026-11-29 08:52:06',1,X'0b79fd23f999ad1f3a4631da7b4b7eed3657b6d78bfe503ff10d14dc293940e6aec6d6585ca73423753969fbea58ec13',1100211);
INSERT INTO _sqlx_migrations VALUES(17,'operator acts','2026-11-29 08:52:06',1,X'a05da4634b4f2829711a55260b298968570838805437a591f95af68c4effc14ea066929661e1e66c0eda390d8db3b92d',2984591);
INSERT INTO _sqlx_migrations VALUES(18,'fair play','2026-11-29 08:52:06',1,X'fd2e4cdc2420e6b2b84f46ede92691e19438e61377c1671ffc6b807f459db170f9fb5ec56bc2423d6a085855de2a5715',2066342);
INSERT INTO _sqlx_migrations VALUES(19,'erasure','2026-11-29 08:52:06',1,X'b0a290b2907683a1ba02417c627fed83a817d05eef5b06cf70406cc37e3395a21191b0b21ebff5562600ea0696766640',1580617);
INSERT INTO _sqlx_migrations VALUES(20,'house rules','2026-11-29 08:52:06',1,X'6e980cff6282c0b6f789756b0c482fab8d3b720ec4401412464f02234d38d719923d887243ec0b721a86eca98b3529f2',9844363);
INSERT INTO _sqlx_migrations VALUES(21,'traces','2026-11-29 08:52:06',1,X'aaa2827f8f410c862b693fa5be75cc809e0beabd4d6d6ab5d77893f3306f32201692b468118a9830b94f39af104606ea',6387356);
INSERT INTO _sqlx_migrations VALUES(22,'late payouts','2026-11-29 08:52:06',1,X'effc9e33cf681f5d5e07aff628bfbf5dac94e1ac68b1756b2c2aeeca6bc5990cf6ae5131edaae1bc66987d8f8a8862af',4812127);
CREATE TABLE player (
    id text primary key,
    msisdn text not null unique,
    locale text not null,
    status text not null default 'unverified'
        check (status in ('unverified', 'verified', 'excluded', 'blocked')),
    registered_at_ms integer not null
, erased_at_ms integer, status_before text
    check (status_before in ('unverified', 'verified')), excluded_until_ms integer, verified_at_ms integer, verified_by text, verification_asked_at_ms integer, reality_check_at_ms integer) strict;
INSERT INTO player VALUES('01M82TSAD9GT1H3ZHHJC97KPPA','+254710000000','en','unverified',1795391531433,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO player VALUES('01M82TSADHSW8E4T0W5MJ7KNB2','+254710000001','en','unverified',1795391531441,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO player VALUES('01M82TSADSX31Y1HFR391PFVB3','+254710000002','en','unverified',1795391531449,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE wallet (
    player_id text primary key references player (id),
    balance_cents integer not null default 0 check (balance_cents >= 0)
) strict;
INSERT INTO wallet VALUES('01M82TSAD9GT1H3ZHHJC97KPPA',13000);
INSERT INTO wallet VALUES('01M82TSADHSW8E4T0W5MJ7KNB2',5000);
INSERT INTO wallet VALUES('01M82TSADSX31Y1HFR391PFVB3',5000);
CREATE TABLE category (
    id text primary key, -- the name in lower case
    name text not null
) strict;
INSERT INTO category VALUES('bible','Bible');
CREATE TABLE question (
    id text primary key,
    identity text not null unique, -- what a re-import knows it by: its key, or language and text
    category_id text not null references category (id),
    choices integer not null check (choices in (3, 4)),
    answer integer not null check (answer between 1 and choices),
    state text not null default 'active' check (state in ('active', 'withdrawn')),
    added_at_ms integer not null
, version integer not null default 1 check (version > 0), source text) strict;
INSERT INTO question VALUES('01M82TS88PMFRVWC11TRY2NWT6','key:bible-001','bible',3,2,'active',1795391529238,1,NULL);
INSERT INTO question VALUES('01M82TS88PVBZNSBACVA7XM8RD','key:bible-002','bible',3,2,'active',1795391529238,1,NULL);
INSERT INTO question VALUES('01M82TS88PEZ6XZ3DV50XF5AC6','key:bible-003','bible',3,1,'active',1795391529238,1,NULL);
INSERT INTO question VALUES('01M82TS88PWWBCYVCRKJW0M54B','key:bible-004','bible',3,3,'active',1795391529238,1,NULL);
INSERT INTO question VALUES('01M82TS88PAMS2E0QVRZNXEW9K','key:bible-005','bible',3,3,'active',1795391529238,1,NULL);
INSERT INTO question VALUES('01M82TS88PHJJ14MPEF575Q6Q1','key:bible-006','bible',3,1,'active',1795391529238,1,NULL);
CREATE TABLE question_set (
    id text primary key,
    category_id text not null references category (id),
    stake_cents integer not null check (stake_cents > 0),
    owner_id text not null references player (id),
    opened_at_ms integer not null,
    offered_until_ms integer, -- until when the second seat is offered; null: it is not
    settle_at_ms integer,     -- due and leased until; set when both entries are finished
    lease integer not null default 0
, withdrawal_id text references question_withdrawal (id), voided_at_ms integer) strict;
INSERT INTO question_set VALUES('01M82TSC5VZWWZRQPR7RQ53W5V','bible',5000,'01M82TSAD9GT1H3ZHHJC97KPPA',1795391533243,NULL,NULL,1,NULL,NULL);
INSERT INTO question_set VALUES('01M82TSC6288DJT0B1EA3391D3','bible',5000,'01M82TSADHSW8E4T0W5MJ7KNB2',1795391533250,1795393298250,NULL,0,NULL,NULL);
CREATE TABLE set_question (
    set_id text not null references question_set (id),
    position integer not null,
    question_id text not null references question (id), version integer not null default 1,
    primary key (set_id, position)
) strict, without rowid;
INSERT INTO set_question VALUES('01M82TSC5VZWWZRQPR7RQ53W5V',1,'01M82TS88PVBZNSBACVA7XM8RD',1);
INSERT INTO set_question VALUES('01M82TSC5VZWWZRQPR7RQ53W5V',2,'01M82TS88PAMS2E0QVRZNXEW9K',1);
INSERT INTO set_question VALUES('01M82TSC5VZWWZRQPR7RQ53W5V',3,'01M82TS88PEZ6XZ3DV50XF5AC6',1);
INSERT INTO set_question VALUES('01M82TSC5VZWWZRQPR7RQ53W5V',4,'01M82TS88PMFRVWC11TRY2NWT6',1);
INSERT INTO set_question VALUES('01M82TSC5VZWWZRQPR7RQ53W5V',5,'01M82TS88PHJJ14MPEF575Q6Q1',1);
INSERT INTO set_question VALUES('01M82TSC6288DJT0B1EA3391D3',1,'01M82TS88PMFRVWC11TRY2NWT6',1);
INSERT INTO set_question VALUES('01M82TSC6288DJT0B1EA3391D3',2,'01M82TS88PWWBCYVCRKJW0M54B',1);
INSERT INTO set_question VALUES('01M82TSC6288DJT0B1EA3391D3',3,'01M82TS88PHJJ14MPEF575Q6Q1',1);
INSERT INTO set_question VALUES('01M82TSC6288DJT0B1EA3391D3',4,'01M82TS88PEZ6XZ3DV50XF5AC6',1);
INSERT INTO set_question VALUES('01M82TSC6288DJT0B1EA3391D3',5,'01M82TS88PAMS2E0QVRZNXEW9K',1);
CREATE TABLE seen (
    player_id text not null references player (id),
    question_id text not null references question (id),
    at_ms integer not null,
    primary key (player_id, question_id)
) strict, without rowid;
INSERT INTO seen VALUES('01M82TSAD9GT1H3ZHHJC97KPPA','01M82TS88PAMS2E0QVRZNXEW9K',1795391533243);
INSERT INTO seen VALUES('01M82TSAD9GT1H3ZHHJC97KPPA','01M82TS88PEZ6XZ3DV50XF5AC6',1795391533243);
INSERT INTO seen VALUES('01M82TSAD9GT1H3ZHHJC97KPPA','01M82TS88PHJJ14MPEF575Q6Q1',1795391533243);
INSERT INTO seen VALUES('01M82TSAD9GT1H3ZHHJC97KPPA','01M82TS88PMFRVWC11TRY2NWT6',1795391533243);
INSERT INTO seen VALUES('01M82TSAD9GT1H3ZHHJC97KPPA','01M82TS88PVBZNSBACVA7XM8RD',1795391533243);
INSERT INTO seen VALUES('01M82TSADHSW8E4T0W5MJ7KNB2','01M82TS88PAMS2E0QVRZNXEW9K',1795391533250);
INSERT INTO seen VALUES('01M82TSADHSW8E4T0W5MJ7KNB2','01M82TS88PEZ6XZ3DV50XF5AC6',1795391533250);
INSERT INTO seen VALUES('01M82TSADHSW8E4T0W5MJ7KNB2','01M82TS88PHJJ14MPEF575Q6Q1',1795391533250);
INSERT INTO seen VALUES('01M82TSADHSW8E4T0W5MJ7KNB2','01M82TS88PMFRVWC11TRY2NWT6',1795391533250);
INSERT INTO seen VALUES('01M82TSADHSW8E4T0W5MJ7KNB2','01M82TS88PWWBCYVCRKJW0M54B',1795391533250);
INSERT INTO seen VALUES('01M82TSADSX31Y1HFR391PFVB3','01M82TS88PAMS2E0QVRZNXEW9K',1795391533250);
INSERT INTO seen VALUES('01M82TSADSX31Y1HFR391PFVB3','01M82TS88PEZ6XZ3DV50XF5AC6',1795391533250);
INSERT INTO seen VALUES('01M82TSADSX31Y1HFR391PFVB3','01M82TS88PHJJ14MPEF575Q6Q1',1795391533250);
INSERT INTO seen VALUES('01M82TSADSX31Y1HFR391PFVB3','01M82TS88PMFRVWC11TRY2NWT6',1795391533250);
INSERT INTO seen VALUES('01M82TSADSX31Y1HFR391PFVB3','01M82TS88PVBZNSBACVA7XM8RD',1795391533250);
CREATE TABLE entry (
    id text primary key,
    set_id text not null references question_set (id),
    seat integer not null check (seat in (1, 2)),
    player_id text not null references player (id),
    state text not null check (state in (
        'playing', 'waiting', 'won', 'lost', 'drawn', 'refunded', 'returned')),
    choice_orders text not null, -- how this player sees the choices: '312 213 ...'
    position integer not null,   -- the question under way, from 1
    sent_at_ms integer not null, -- when it was first sent
    thinking_ms integer not null default 0,
    answering_ms integer not null default 0,
    answered integer not null default 0,
    correct integer not null default 0,
    received_cents integer not null default 0,
    staked_at_ms integer not null,
    finished_at_ms integer,
    -- Due and leased until. playing: when the clock has run out; waiting alone: the end of the
    -- window; null: nothing to do, the set is settled when both are finished.
    due_at_ms integer,
    lease integer not null default 0,
    unique (set_id, seat),
    unique (set_id, player_id),
    check (finished_at_ms is not null or state = 'playing')
) strict;
INSERT INTO entry VALUES('01M82TSC5Z84XCXJ5HXENQMGTG','01M82TSC5VZWWZRQPR7RQ53W5V',1,'01M82TSAD9GT1H3ZHHJC97KPPA','won','231 321 321 213 321',6,1795391533331,0,42,5,3,8000,1795391533247,1795391533323,NULL,0);
INSERT INTO entry VALUES('01M82TSC69PAQGBANMH7XRMJ1H','01M82TSC5VZWWZRQPR7RQ53W5V',2,'01M82TSADSX31Y1HFR391PFVB3','lost','123 123 312 321 321',6,1795391533335,0,40,5,2,0,1795391533257,1795391533328,NULL,0);
INSERT INTO entry VALUES('01M82TSC6E9X0F5XZVARFJB8PB','01M82TSC6288DJT0B1EA3391D3',1,'01M82TSADHSW8E4T0W5MJ7KNB2','waiting','321 231 321 123 312',6,1795391533340,0,32,5,0,0,1795391533262,1795391533332,1795393333262,0);
CREATE TABLE answer (
    entry_id text not null references entry (id),
    position integer not null,
    choice integer not null, -- the question's own number of the choice, not the place it was shown at
    is_correct integer not null check (is_correct in (0, 1)),
    sent_at_ms integer not null,
    received_at_ms integer not null,
    primary key (entry_id, position)
) strict, without rowid;
INSERT INTO answer VALUES('01M82TSC5Z84XCXJ5HXENQMGTG',1,1,0,1795391533247,1795391533256);
INSERT INTO answer VALUES('01M82TSC5Z84XCXJ5HXENQMGTG',2,3,1,1795391533265,1795391533273);
INSERT INTO answer VALUES('01M82TSC5Z84XCXJ5HXENQMGTG',3,3,0,1795391533281,1795391533286);
INSERT INTO answer VALUES('01M82TSC5Z84XCXJ5HXENQMGTG',4,2,1,1795391533296,1795391533312);
INSERT INTO answer VALUES('01M82TSC5Z84XCXJ5HXENQMGTG',5,1,1,1795391533319,1795391533323);
INSERT INTO answer VALUES('01M82TSC69PAQGBANMH7XRMJ1H',1,2,1,1795391533257,1795391533261);
INSERT INTO answer VALUES('01M82TSC69PAQGBANMH7XRMJ1H',2,3,1,1795391533269,1795391533278);
INSERT INTO answer VALUES('01M82TSC69PAQGBANMH7XRMJ1H',3,2,0,1795391533285,1795391533294);
INSERT INTO answer VALUES('01M82TSC69PAQGBANMH7XRMJ1H',4,1,0,1795391533302,1795391533316);
INSERT INTO answer VALUES('01M82TSC69PAQGBANMH7XRMJ1H',5,2,0,1795391533324,1795391533328);
INSERT INTO answer VALUES('01M82TSC6E9X0F5XZVARFJB8PB',1,3,0,1795391533262,1795391533266);
INSERT INTO answer VALUES('01M82TSC6E9X0F5XZVARFJB8PB',2,2,0,1795391533275,1795391533282);
INSERT INTO answer VALUES('01M82TSC6E9X0F5XZVARFJB8PB',3,2,0,1795391533291,1795391533299);
INSERT INTO answer VALUES('01M82TSC6E9X0F5XZVARFJB8PB',4,2,0,1795391533313,1795391533320);
INSERT INTO answer VALUES('01M82TSC6E9X0F5XZVARFJB8PB',5,1,0,1795391533326,1795391533332);
CREATE TABLE game_match (
    set_id text primary key references question_set (id),
    winner_id text references entry (id), -- null: a draw
    settled_at_ms integer not null
) strict;
INSERT INTO game_match VALUES('01M82TSC5VZWWZRQPR7RQ53W5V','01M82TSC5Z84XCXJ5HXENQMGTG',1795391533345);
CREATE TABLE deposit (
    id text primary key,
    player_id text not null references player (id),
    reference text not null unique, -- shown in the M-Pesa prompt
    state text not null check (state in ('requested', 'pushed', 'paid', 'failed')),
    requested_cents integer not null check (requested_cents > 0),
    credited_cents integer not null default 0 check (credited_cents >= 0),
    receipt text unique,
    flagged integer not null default 0 check (flagged in (0, 1)),
    checkout_id text, -- Daraja's CheckoutRequestID
    failure text,
    requested_at_ms integer not null,
    pushed_at_ms integer,
    due_at_ms integer, -- due and leased until: requested: push; pushed: ask
    lease integer not null default 0,
    attempt integer not null default 0, asks_status integer not null default 0 check (asks_status in (0, 1)), told_receipt text, flagged_at_ms integer, trace_id text,
    check ((state = 'paid') = (receipt is not null))
) strict;
INSERT INTO deposit VALUES('01a205aca9bbf3baaa126e79b2363b8c','01M82TSAD9GT1H3ZHHJC97KPPA','M4KEF6S3CEWC','paid',10000,10000,'UKN9LUWOYS',0,'ws_CO_23112026025211509332710000000',NULL,1795391531451,1795391531976,NULL,1,0,0,NULL,NULL,NULL);
INSERT INTO deposit VALUES('01a205aca9c3079a99c3b713697ea6e3','01M82TSADHSW8E4T0W5MJ7KNB2','KGXQ2DMQX9Q3','paid',10000,10000,'UKNY042DQ6',0,'ws_CO_23112026025211893220710000001',NULL,1795391531459,1795391531976,NULL,1,0,0,NULL,NULL,NULL);
INSERT INTO deposit VALUES('01a205aca9c7bdd9010ba2fb11a90b07','01M82TSADSX31Y1HFR391PFVB3','22X2ZC8TJ2R7','paid',10000,10000,'UKNC9T0EP8',0,'ws_CO_23112026025211749038710000002',NULL,1795391531463,1795391531976,NULL,1,0,0,NULL,NULL,NULL);
CREATE TABLE callback (
    id text primary key,
    kind text not null,
    subject text not null, -- what its URL names: a deposit; empty where it names nothing
    body blob not null,
    source text not null,
    received_at_ms integer not null,
    state text not null check (state in ('new', 'done', 'dead')),
    outcome text,
    due_at_ms integer, -- due and leased until
    lease integer not null default 0,
    attempt integer not null default 0
, headers text not null default '', replays integer not null default 0 check (replays >= 0), first_outcome text, cut integer not null default 0 check (cut in (0, 1))) strict;
INSERT INTO callback VALUES('01M82TSC0X6CYNW9JSGSEZSWY7','stk','01a205aca9c3079a99c3b713697ea6e3',X'7b22426f6479223a7b2273746b43616c6c6261636b223a7b224d65726368616e74526571756573744944223a2234333434392d35353634353739362d31222c22436865636b6f7574526571756573744944223a2277735f434f5f3233313132303236303235323131383933323230373130303030303031222c22526573756c74436f6465223a302c22526573756c7444657363223a22546865207365727669636520726571756573742069732070726f636573736564207375636365737366756c6c792e222c2243616c6c6261636b4d65746164617461223a7b224974656d223a5b7b224e616d65223a22416d6f756e74222c2256616c7565223a3130302e30307d2c7b224e616d65223a224d70657361526563656970744e756d626572222c2256616c7565223a22554b4e59303432445136227d2c7b224e616d65223a2242616c616e6365227d2c7b224e616d65223a225472616e73616374696f6e44617465222c2256616c7565223a32303236313132333032353231327d2c7b224e616d65223a2250686f6e654e756d626572222c2256616c7565223a3235343731303030303030317d5d7d7d7d7d','127.0.0.1',1795391533085,'done','credited',NULL,1,1,'',0,NULL,0);
INSERT INTO callback VALUES('01M82TSC0YP51809ZRDRV9QYY4','stk','01a205aca9bbf3baaa126e79b2363b8c',X'7b22426f6479223a7b2273746b43616c6c6261636b223a7b224d65726368616e74526571756573744944223a2238363038392d38353239313839372d31222c22436865636b6f7574526571756573744944223a2277735f434f5f3233313132303236303235323131353039333332373130303030303030222c22526573756c74436f6465223a302c22526573756c7444657363223a22546865207365727669636520726571756573742069732070726f636573736564207375636365737366756c6c792e222c2243616c6c6261636b4d65746164617461223a7b224974656d223a5b7b224e616d65223a22416d6f756e74222c2256616c7565223a3130302e30307d2c7b224e616d65223a224d70657361526563656970744e756d626572222c2256616c7565223a22554b4e394c55574f5953227d2c7b224e616d65223a2242616c616e6365227d2c7b224e616d65223a225472616e73616374696f6e44617465222c2256616c7565223a32303236313132333032353231327d2c7b224e616d65223a2250686f6e654e756d626572222c2256616c7565223a3235343731303030303030307d5d7d7d7d7d','127.0.0.1',1795391533086,'done','credited',NULL,1,1,'',0,NULL,0);
INSERT INTO callback VALUES('01M82TSC0ZKGD2SKP1C90GY9WM','stk','01a205aca9c7bdd9010ba2fb11a90b07',X'7b22426f6479223a7b2273746b43616c6c6261636b223a7b224d65726368616e74526571756573744944223a2234353831312d37333231383339342d31222c22436865636b6f7574526571756573744944223a2277735f434f5f3233313132303236303235323131373439303338373130303030303032222c22526573756c74436f6465223a302c22526573756c7444657363223a22546865207365727669636520726571756573742069732070726f636573736564207375636365737366756c6c792e222c2243616c6c6261636b4d65746164617461223a7b224974656d223a5b7b224e616d65223a22416d6f756e74222c2256616c7565223a3130302e30307d2c7b224e616d65223a224d70657361526563656970744e756d626572222c2256616c7565223a22554b4e43395430455038227d2c7b224e616d65223a2242616c616e6365227d2c7b224e616d65223a225472616e73616374696f6e44617465222c2256616c7565223a32303236313132333032353231327d2c7b224e616d65223a2250686f6e654e756d626572222c2256616c7565223a3235343731303030303030327d5d7d7d7d7d','127.0.0.1',1795391533087,'done','credited',NULL,1,1,'',0,NULL,0);
INSERT INTO callback VALUES('01M82TSCHFWJX87HCESP1H9A7N','sms_delivery','',X'70686f6e654e756d6265723d253242323534373130303030303031267265747279436f756e743d302669643d41545869645f3833393164376633636265623934343734646631653937383232633463396238267374617475733d53756363657373266e6574776f726b436f64653d3633393032','127.0.0.1',1795391533615,'done','delivered',NULL,1,1,'',0,NULL,0);
INSERT INTO callback VALUES('01M82TSCHFAP5AJK3ET6B7HTP4','sms_delivery','',X'70686f6e654e756d6265723d253242323534373130303030303032267265747279436f756e743d302669643d41545869645f3535613938336231643865373866656264376261636131643936363539373661267374617475733d53756363657373266e6574776f726b436f64653d3633393032','127.0.0.1',1795391533615,'done','delivered',NULL,1,1,'',0,NULL,0);
INSERT INTO callback VALUES('01M82TSCHF7WZBSABAHWD63NEC','sms_delivery','',X'70686f6e654e756d6265723d253242323534373130303030303030267265747279436f756e743d302669643d41545869645f3463376564633464353332336265316537646466653131663234633331353161267374617475733d53756363657373266e6574776f726b436f64653d3633393032','127.0.0.1',1795391533615,'done','delivered',NULL,1,1,'',0,NULL,0);
INSERT INTO callback VALUES('01M82TSCRY8ZFHD0NFYWD4KMG7','sms_delivery','',X'70686f6e654e756d6265723d253242323534373130303030303030267265747279436f756e743d302669643d41545869645f3230343434373865303962646163383664373133633333346137356639623030267374617475733d53756363657373266e6574776f726b436f64653d3633393032','127.0.0.1',1795391533854,'done','delivered',NULL,1,1,'',0,NULL,0);
INSERT INTO callback VALUES('01M82TSCRZVW82BZ6BFJDPFCVJ','sms_delivery','',X'70686f6e654e756d6265723d253242323534373130303030303032267265747279436f756e743d302669643d41545869645f6434376238623161666463633962636238333033383034386466376233366130267374617475733d53756363657373266e6574776f726b436f64653d3633393032','127.0.0.1',1795391533855,'done','delivered',NULL,1,1,'',0,NULL,0);
CREATE TABLE parked (
    id text primary key,
    receipt text not null,
    amount_cents integer not null check (amount_cents > 0),
    reason text not null,
    cause text not null unique, -- the cause of the transfer that parked it
    parked_at_ms integer not null,
    assigned_to text references player (id),
    assigned_at_ms integer,
    note text, returned_at_ms integer,
    check ((assigned_to is null) = (assigned_at_ms is null))
) strict;
CREATE TABLE hop_receipt (
    session_id text not null,
    transcript text not null,
    msisdn text not null,
    conversation text not null, -- JSON: the session after the hop, with the reply
    at_ms integer not null,
    primary key (session_id, transcript)
) strict, without rowid;
INSERT INTO hop_receipt VALUES('ATUid_9c3b5ef5a94e22f30dcccba960e62eec','1*1','+254710000000','{"phone":"+254710000000","player":"01M82TSAD9GT1H3ZHHJC97KPPA","transcript":"1*1","state":{"locale":"en","screen":"home","page":0,"values":{"balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}}]}',1795391531433);
INSERT INTO hop_receipt VALUES('ATUid_9c3b5ef5a94e22f30dcccba960e62eec','1*1*2*2','+254710000000','{"phone":"+254710000000","player":"01M82TSAD9GT1H3ZHHJC97KPPA","transcript":"1*1*2*2","state":{"locale":"en","screen":"deposit_sent","page":0,"values":{"amount":"100","balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":5,"shown":{"screen":"deposit","text":"Deposit to Majibu. Choose, or type an amount from 10 to 70,000:\n1. KES 50\n2. KES 100\n3. KES 200\n4. KES 500\n0. Back","ends":false}},{"length":7,"shown":{"screen":"deposit_sent","text":"Deposit of KES 100: in a moment M-Pesa asks for your PIN. Enter it to pay. We send an SMS when the money is in.","ends":true}}]}',1795391531451);
INSERT INTO hop_receipt VALUES('ATUid_a1f522b6932665fa074f8878fe1ed289','1*1','+254710000001','{"phone":"+254710000001","player":"01M82TSADHSW8E4T0W5MJ7KNB2","transcript":"1*1","state":{"locale":"en","screen":"home","page":0,"values":{"balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}}]}',1795391531441);
INSERT INTO hop_receipt VALUES('ATUid_a1f522b6932665fa074f8878fe1ed289','1*1*2*2','+254710000001','{"phone":"+254710000001","player":"01M82TSADHSW8E4T0W5MJ7KNB2","transcript":"1*1*2*2","state":{"locale":"en","screen":"deposit_sent","page":0,"values":{"amount":"100","balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":5,"shown":{"screen":"deposit","text":"Deposit to Majibu. Choose, or type an amount from 10 to 70,000:\n1. KES 50\n2. KES 100\n3. KES 200\n4. KES 500\n0. Back","ends":false}},{"length":7,"shown":{"screen":"deposit_sent","text":"Deposit of KES 100: in a moment M-Pesa asks for your PIN. Enter it to pay. We send an SMS when the money is in.","ends":true}}]}',1795391531459);
INSERT INTO hop_receipt VALUES('ATUid_b23f7b21412134bb470ee3b7f46b4901','1*1*2*1','+254710000000','{"phone":"+254710000000","player":"01M82TSAD9GT1H3ZHHJC97KPPA","transcript":"1*1*2*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","entry":"01M82TSC5Z84XCXJ5HXENQMGTG","n":"1","name":"Bible","of":"5","question":"How many stones did David pick to face Goliath?","stake":"50"},"items":[{"value":"2","values":{"choice":"5"}},{"value":"3","values":{"choice":"12"}},{"value":"1","values":{"choice":"3"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}}]}',1795391533243);
INSERT INTO hop_receipt VALUES('ATUid_b23f7b21412134bb470ee3b7f46b4901','1*1*2*1*3','+254710000000','{"phone":"+254710000000","player":"01M82TSAD9GT1H3ZHHJC97KPPA","transcript":"1*1*2*1*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSC5Z84XCXJ5HXENQMGTG","n":"2","name":"Bible","of":"5","question":"Which book says ''The Lord is my shepherd''?","stake":"50"},"items":[{"value":"3","values":{"choice":"Psalms"}},{"value":"2","values":{"choice":"Proverbs"}},{"value":"1","values":{"choice":"Isaiah"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}}]}',1795391533256);
INSERT INTO hop_receipt VALUES('ATUid_b23f7b21412134bb470ee3b7f46b4901','1*1*2*1*3*1','+254710000000','{"phone":"+254710000000","player":"01M82TSAD9GT1H3ZHHJC97KPPA","transcript":"1*1*2*1*3*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"3","entry":"01M82TSC5Z84XCXJ5HXENQMGTG","n":"3","name":"Bible","of":"5","question":"Who killed Sisera with a tent peg?","stake":"50"},"items":[{"value":"3","values":{"choice":"Deborah"}},{"value":"2","values":{"choice":"Rahab"}},{"value":"1","values":{"choice":"Jael"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Rahab\n3. Jael","ends":false}}]}',1795391533273);
INSERT INTO hop_receipt VALUES('ATUid_b23f7b21412134bb470ee3b7f46b4901','1*1*2*1*3*1*1','+254710000000','{"phone":"+254710000000","player":"01M82TSAD9GT1H3ZHHJC97KPPA","transcript":"1*1*2*1*3*1*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"3","entry":"01M82TSC5Z84XCXJ5HXENQMGTG","n":"4","name":"Bible","of":"5","question":"Who was Timothy''s mother?","stake":"50"},"items":[{"value":"2","values":{"choice":"Eunice"}},{"value":"1","values":{"choice":"Lois"}},{"value":"3","values":{"choice":"Lydia"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Rahab\n3. Jael","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who was Timothy''s mother?\n1. Eunice\n2. Lois\n3. Lydia","ends":false}}]}',1795391533286);
INSERT INTO hop_receipt VALUES('ATUid_b23f7b21412134bb470ee3b7f46b4901','1*1*2*1*3*1*1*1','+254710000000','{"phone":"+254710000000","player":"01M82TSAD9GT1H3ZHHJC97KPPA","transcript":"1*1*2*1*3*1*1*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"2","entry":"01M82TSC5Z84XCXJ5HXENQMGTG","n":"5","name":"Bible","of":"5","question":"Who washed his hands at the trial of Jesus?","stake":"50"},"items":[{"value":"3","values":{"choice":"Caiaphas"}},{"value":"2","values":{"choice":"Herod"}},{"value":"1","values":{"choice":"Pilate"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Rahab\n3. Jael","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who was Timothy''s mother?\n1. Eunice\n2. Lois\n3. Lydia","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Who washed his hands at the trial of Jesus?\n1. Caiaphas\n2. Herod\n3. Pilate","ends":false}}]}',1795391533312);
INSERT INTO hop_receipt VALUES('ATUid_b23f7b21412134bb470ee3b7f46b4901','1*1*2*1*3*1*1*1*3','+254710000000','{"phone":"+254710000000","player":"01M82TSAD9GT1H3ZHHJC97KPPA","transcript":"1*1*2*1*3*1*1*1*3","state":{"locale":"en","screen":"waiting","page":0,"values":{"amount":"50","balance":"50","bounty":"80","by":"03:22","category":"Bible","choice":"1","correct":"3","ending":"done","entry":"01M82TSC5Z84XCXJ5HXENQMGTG","n":"5","name":"Bible","of":"5","question":"Who washed his hands at the trial of Jesus?","seconds":"0.0","stake":"50"},"items":[{"value":"3","values":{"choice":"Caiaphas"}},{"value":"2","values":{"choice":"Herod"}},{"value":"1","values":{"choice":"Pilate"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Rahab\n3. Jael","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who was Timothy''s mother?\n1. Eunice\n2. Lois\n3. Lydia","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Who washed his hands at the trial of Jesus?\n1. Caiaphas\n2. Herod\n3. Pilate","ends":false}},{"length":17,"shown":{"screen":"waiting","text":"Done! 3/5 right in 0.0s. We will send the result by SMS, by 03:22 at the latest.","ends":true}}]}',1795391533323);
INSERT INTO hop_receipt VALUES('ATUid_c75b5df23d19333ba24eeebf58aef6e9','1*1','+254710000002','{"phone":"+254710000002","player":"01M82TSADSX31Y1HFR391PFVB3","transcript":"1*1","state":{"locale":"en","screen":"home","page":0,"values":{"balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}}]}',1795391531449);
INSERT INTO hop_receipt VALUES('ATUid_c75b5df23d19333ba24eeebf58aef6e9','1*1*2*2','+254710000002','{"phone":"+254710000002","player":"01M82TSADSX31Y1HFR391PFVB3","transcript":"1*1*2*2","state":{"locale":"en","screen":"deposit_sent","page":0,"values":{"amount":"100","balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":5,"shown":{"screen":"deposit","text":"Deposit to Majibu. Choose, or type an amount from 10 to 70,000:\n1. KES 50\n2. KES 100\n3. KES 200\n4. KES 500\n0. Back","ends":false}},{"length":7,"shown":{"screen":"deposit_sent","text":"Deposit of KES 100: in a moment M-Pesa asks for your PIN. Enter it to pay. We send an SMS when the money is in.","ends":true}}]}',1795391531463);
INSERT INTO hop_receipt VALUES('ATUid_d9a54fcf86dc835aa028920dc59b0b43','1*1*2*1','+254710000002','{"phone":"+254710000002","player":"01M82TSADSX31Y1HFR391PFVB3","transcript":"1*1*2*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","entry":"01M82TSC69PAQGBANMH7XRMJ1H","n":"1","name":"Bible","of":"5","question":"How many stones did David pick to face Goliath?","stake":"50"},"items":[{"value":"1","values":{"choice":"3"}},{"value":"2","values":{"choice":"5"}},{"value":"3","values":{"choice":"12"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 3\n2. 5\n3. 12","ends":false}}]}',1795391533250);
INSERT INTO hop_receipt VALUES('ATUid_d9a54fcf86dc835aa028920dc59b0b43','1*1*2*1*2','+254710000002','{"phone":"+254710000002","player":"01M82TSADSX31Y1HFR391PFVB3","transcript":"1*1*2*1*2","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"2","entry":"01M82TSC69PAQGBANMH7XRMJ1H","n":"2","name":"Bible","of":"5","question":"Which book says ''The Lord is my shepherd''?","stake":"50"},"items":[{"value":"1","values":{"choice":"Isaiah"}},{"value":"2","values":{"choice":"Proverbs"}},{"value":"3","values":{"choice":"Psalms"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 3\n2. 5\n3. 12","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Proverbs\n3. Psalms","ends":false}}]}',1795391533261);
INSERT INTO hop_receipt VALUES('ATUid_d9a54fcf86dc835aa028920dc59b0b43','1*1*2*1*2*3','+254710000002','{"phone":"+254710000002","player":"01M82TSADSX31Y1HFR391PFVB3","transcript":"1*1*2*1*2*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"3","entry":"01M82TSC69PAQGBANMH7XRMJ1H","n":"3","name":"Bible","of":"5","question":"Who killed Sisera with a tent peg?","stake":"50"},"items":[{"value":"3","values":{"choice":"Deborah"}},{"value":"1","values":{"choice":"Jael"}},{"value":"2","values":{"choice":"Rahab"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 3\n2. 5\n3. 12","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Proverbs\n3. Psalms","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Jael\n3. Rahab","ends":false}}]}',1795391533278);
INSERT INTO hop_receipt VALUES('ATUid_d9a54fcf86dc835aa028920dc59b0b43','1*1*2*1*2*3*3','+254710000002','{"phone":"+254710000002","player":"01M82TSADSX31Y1HFR391PFVB3","transcript":"1*1*2*1*2*3*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"2","entry":"01M82TSC69PAQGBANMH7XRMJ1H","n":"4","name":"Bible","of":"5","question":"Who was Timothy''s mother?","stake":"50"},"items":[{"value":"3","values":{"choice":"Lydia"}},{"value":"2","values":{"choice":"Eunice"}},{"value":"1","values":{"choice":"Lois"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 3\n2. 5\n3. 12","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Proverbs\n3. Psalms","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Jael\n3. Rahab","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}}]}',1795391533294);
INSERT INTO hop_receipt VALUES('ATUid_d9a54fcf86dc835aa028920dc59b0b43','1*1*2*1*2*3*3*3','+254710000002','{"phone":"+254710000002","player":"01M82TSADSX31Y1HFR391PFVB3","transcript":"1*1*2*1*2*3*3*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSC69PAQGBANMH7XRMJ1H","n":"5","name":"Bible","of":"5","question":"Who washed his hands at the trial of Jesus?","stake":"50"},"items":[{"value":"3","values":{"choice":"Caiaphas"}},{"value":"2","values":{"choice":"Herod"}},{"value":"1","values":{"choice":"Pilate"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 3\n2. 5\n3. 12","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Proverbs\n3. Psalms","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Jael\n3. Rahab","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Who washed his hands at the trial of Jesus?\n1. Caiaphas\n2. Herod\n3. Pilate","ends":false}}]}',1795391533316);
INSERT INTO hop_receipt VALUES('ATUid_d9a54fcf86dc835aa028920dc59b0b43','1*1*2*1*2*3*3*3*2','+254710000002','{"phone":"+254710000002","player":"01M82TSADSX31Y1HFR391PFVB3","transcript":"1*1*2*1*2*3*3*3*2","state":{"locale":"en","screen":"lost","page":0,"values":{"amount":"50","balance":"50","bounty":"80","by":"03:22","category":"Bible","choice":"2","correct":"2","ending":"done","entry":"01M82TSC69PAQGBANMH7XRMJ1H","n":"5","name":"Bible","of":"5","opponent":"+25471xxx000","question":"Who washed his hands at the trial of Jesus?","seconds":"0.0","stake":"50","their_correct":"3","their_seconds":"0.0"},"items":[{"value":"3","values":{"choice":"Caiaphas"}},{"value":"2","values":{"choice":"Herod"}},{"value":"1","values":{"choice":"Pilate"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 How many stones did David pick to face Goliath?\n1. 3\n2. 5\n3. 12","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Proverbs\n3. Psalms","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Jael\n3. Rahab","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Who washed his hands at the trial of Jesus?\n1. Caiaphas\n2. Herod\n3. Pilate","ends":false}},{"length":17,"shown":{"screen":"lost","text":"Done! You lost. You: 2/5 in 0.0s. +25471xxx000: 3/5 in 0.0s. Dial again to play.","ends":true}}]}',1795391533328);
INSERT INTO hop_receipt VALUES('ATUid_fa3b87de828069355ea87244f4e4cb3a','1*1*2*1','+254710000001','{"phone":"+254710000001","player":"01M82TSADHSW8E4T0W5MJ7KNB2","transcript":"1*1*2*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","entry":"01M82TSC6E9X0F5XZVARFJB8PB","n":"1","name":"Bible","of":"5","question":"Who was Timothy''s mother?","stake":"50"},"items":[{"value":"3","values":{"choice":"Lydia"}},{"value":"2","values":{"choice":"Eunice"}},{"value":"1","values":{"choice":"Lois"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}}]}',1795391533250);
INSERT INTO hop_receipt VALUES('ATUid_fa3b87de828069355ea87244f4e4cb3a','1*1*2*1*1','+254710000001','{"phone":"+254710000001","player":"01M82TSADHSW8E4T0W5MJ7KNB2","transcript":"1*1*2*1*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"3","entry":"01M82TSC6E9X0F5XZVARFJB8PB","n":"2","name":"Bible","of":"5","question":"Which animals did the prodigal son feed?","stake":"50"},"items":[{"value":"2","values":{"choice":"Camels"}},{"value":"3","values":{"choice":"Pigs"}},{"value":"1","values":{"choice":"Sheep"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}}]}',1795391533266);
INSERT INTO hop_receipt VALUES('ATUid_fa3b87de828069355ea87244f4e4cb3a','1*1*2*1*1*1','+254710000001','{"phone":"+254710000001","player":"01M82TSADHSW8E4T0W5MJ7KNB2","transcript":"1*1*2*1*1*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"2","entry":"01M82TSC6E9X0F5XZVARFJB8PB","n":"3","name":"Bible","of":"5","question":"Who washed his hands at the trial of Jesus?","stake":"50"},"items":[{"value":"3","values":{"choice":"Caiaphas"}},{"value":"2","values":{"choice":"Herod"}},{"value":"1","values":{"choice":"Pilate"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who washed his hands at the trial of Jesus?\n1. Caiaphas\n2. Herod\n3. Pilate","ends":false}}]}',1795391533282);
INSERT INTO hop_receipt VALUES('ATUid_fa3b87de828069355ea87244f4e4cb3a','1*1*2*1*1*1*2','+254710000001','{"phone":"+254710000001","player":"01M82TSADHSW8E4T0W5MJ7KNB2","transcript":"1*1*2*1*1*1*2","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"2","entry":"01M82TSC6E9X0F5XZVARFJB8PB","n":"4","name":"Bible","of":"5","question":"Who killed Sisera with a tent peg?","stake":"50"},"items":[{"value":"1","values":{"choice":"Jael"}},{"value":"2","values":{"choice":"Rahab"}},{"value":"3","values":{"choice":"Deborah"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who washed his hands at the trial of Jesus?\n1. Caiaphas\n2. Herod\n3. Pilate","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Jael\n2. Rahab\n3. Deborah","ends":false}}]}',1795391533299);
INSERT INTO hop_receipt VALUES('ATUid_fa3b87de828069355ea87244f4e4cb3a','1*1*2*1*1*1*2*2','+254710000001','{"phone":"+254710000001","player":"01M82TSADHSW8E4T0W5MJ7KNB2","transcript":"1*1*2*1*1*1*2*2","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"2","entry":"01M82TSC6E9X0F5XZVARFJB8PB","n":"5","name":"Bible","of":"5","question":"Which book says ''The Lord is my shepherd''?","stake":"50"},"items":[{"value":"3","values":{"choice":"Psalms"}},{"value":"1","values":{"choice":"Isaiah"}},{"value":"2","values":{"choice":"Proverbs"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who washed his hands at the trial of Jesus?\n1. Caiaphas\n2. Herod\n3. Pilate","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Jael\n2. Rahab\n3. Deborah","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Isaiah\n3. Proverbs","ends":false}}]}',1795391533320);
INSERT INTO hop_receipt VALUES('ATUid_fa3b87de828069355ea87244f4e4cb3a','1*1*2*1*1*1*2*2*2','+254710000001','{"phone":"+254710000001","player":"01M82TSADHSW8E4T0W5MJ7KNB2","transcript":"1*1*2*1*1*1*2*2*2","state":{"locale":"en","screen":"waiting","page":0,"values":{"amount":"50","balance":"50","bounty":"80","by":"03:22","category":"Bible","choice":"1","correct":"0","ending":"done","entry":"01M82TSC6E9X0F5XZVARFJB8PB","n":"5","name":"Bible","of":"5","question":"Which book says ''The Lord is my shepherd''?","seconds":"0.0","stake":"50"},"items":[{"value":"3","values":{"choice":"Psalms"}},{"value":"1","values":{"choice":"Isaiah"}},{"value":"2","values":{"choice":"Proverbs"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Who was Timothy''s mother?\n1. Lydia\n2. Eunice\n3. Lois","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who washed his hands at the trial of Jesus?\n1. Caiaphas\n2. Herod\n3. Pilate","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Jael\n2. Rahab\n3. Deborah","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Isaiah\n3. Proverbs","ends":false}},{"length":17,"shown":{"screen":"waiting","text":"Done! 0/5 right in 0.0s. We will send the result by SMS, by 03:22 at the latest.","ends":true}}]}',1795391533332);
CREATE TABLE ussd_session (
    id text primary key, -- as in hop_receipt; a gateway's name stands before it, but for the first
    gateway text not null,
    network text not null,
    service_code text not null,
    status text not null check (status in ('success', 'incomplete', 'failed', 'other')),
    word text not null, -- the gateway's own word for it
    hops integer check (hops >= 0),
    duration_ms integer check (duration_ms >= 0),
    cost text not null, -- as it was told; empty where it was not
    cost_cents integer check (cost_cents >= 0), -- where that is an amount of shillings
    last_screen text not null, -- empty where nobody knows
    is_known integer not null check (is_known in (0, 1)), -- whether this service had answered it
    told_at_ms integer not null -- when the event came in
) strict;
CREATE TABLE IF NOT EXISTS "outbox" (
    id text primary key,
    cause text not null unique, -- one SMS per event
    player_id text references player (id), -- null: the number is no player
    msisdn text not null,
    kind text not null,
    class text not null default 'receipt' check (class in ('receipt', 'answer', 'promotion')),
    body text not null,
    state text not null check (state in ('pending', 'sent', 'delivered', 'failed')),
    provider_id text, -- Africa's Talking messageId
    failure text,
    created_at_ms integer not null,
    sent_at_ms integer,
    due_at_ms integer, -- due and leased until
    lease integer not null default 0,
    attempt integer not null default 0
, sender text -- null: nobody yet, or sent before there were two
    check (sender in ('first', 'fallback')), trace_id text) strict;
INSERT INTO outbox VALUES('01M82TSC1505FKBG6GVC34HBCD','deposit_paid:01a205aca9c3079a99c3b713697ea6e3','01M82TSADHSW8E4T0W5MJ7KNB2','+254710000001','deposit_paid','receipt','KES 100 received, M-Pesa receipt UKNY042DQ6. Majibu balance KES 100. Dial to play.','delivered','ATXid_8391d7f3cbeb94474df1e97822c4c9b8',NULL,1795391533093,1795391533113,NULL,1,1,NULL,NULL);
INSERT INTO outbox VALUES('01M82TSC15DRJF5BBBBA0VHBK7','deposit_paid:01a205aca9bbf3baaa126e79b2363b8c','01M82TSAD9GT1H3ZHHJC97KPPA','+254710000000','deposit_paid','receipt','KES 100 received, M-Pesa receipt UKN9LUWOYS. Majibu balance KES 100. Dial to play.','delivered','ATXid_4c7edc4d5323be1e7ddfe11f24c3151a',NULL,1795391533093,1795391533113,NULL,1,1,NULL,NULL);
INSERT INTO outbox VALUES('01M82TSC15C7WZ26ECKP59EMSD','deposit_paid:01a205aca9c7bdd9010ba2fb11a90b07','01M82TSADSX31Y1HFR391PFVB3','+254710000002','deposit_paid','receipt','KES 100 received, M-Pesa receipt UKNC9T0EP8. Majibu balance KES 100. Dial to play.','delivered','ATXid_55a983b1d8e78febd7baca1d9665976a',NULL,1795391533093,1795391533113,NULL,1,1,NULL,NULL);
INSERT INTO outbox VALUES('01M82TSC9131BC0Z981ZPVJSKZ','result:01M82TSC5Z84XCXJ5HXENQMGTG','01M82TSAD9GT1H3ZHHJC97KPPA','+254710000000','won','receipt','You won KES 80! Bible: you 3/5 in 0.0s, +25471xxx002 2/5 in 0.0s. Balance KES 130.','delivered','ATXid_2044478e09bdac86d713c334a75f9b00',NULL,1795391533345,1795391533352,NULL,1,1,NULL,NULL);
INSERT INTO outbox VALUES('01M82TSC914JZ1HG2B3YEEQ48Q','result:01M82TSC69PAQGBANMH7XRMJ1H','01M82TSADSX31Y1HFR391PFVB3','+254710000002','lost','receipt','You lost KES 50. Bible: you 2/5 in 0.0s, +25471xxx000 3/5 in 0.0s. Balance KES 50.','delivered','ATXid_d47b8b1afdcc9bcb83038048df7b36a0',NULL,1795391533345,1795391533354,NULL,1,1,NULL,NULL);
CREATE TABLE sms_inbound (
    identity text primary key, -- the gateway's id, or else sender, date and text
    msisdn text not null,
    keyword text, -- null: none was understood
    answer text, -- null: none was given
    received_at_ms integer not null
) strict, without rowid;
CREATE TABLE sms_consent (
    msisdn text primary key,
    promotions text not null check (promotions in ('given', 'refused')),
    source text not null check (source in ('keyword', 'gateway')),
    at_ms integer not null
) strict, without rowid;
CREATE TABLE IF NOT EXISTS "question_text" (
    question_id text not null references question (id),
    version integer not null check (version > 0),
    locale text not null,
    question text not null,
    choice1 text not null,
    choice2 text not null,
    choice3 text not null,
    choice4 text,
    answer integer not null check (answer between 1 and 4), -- the same in every language
    primary key (question_id, version, locale)
) strict, without rowid;
INSERT INTO question_text VALUES('01M82TS88PAMS2E0QVRZNXEW9K',1,'en','Which book says ''The Lord is my shepherd''?','Isaiah','Proverbs','Psalms',NULL,3);
INSERT INTO question_text VALUES('01M82TS88PAMS2E0QVRZNXEW9K',1,'sw','Maneno ''Bwana ndiye mchungaji wangu'' yamo katika kitabu gani?','Isaya','Mithali','Zaburi',NULL,3);
INSERT INTO question_text VALUES('01M82TS88PEZ6XZ3DV50XF5AC6',1,'en','Who killed Sisera with a tent peg?','Jael','Rahab','Deborah',NULL,1);
INSERT INTO question_text VALUES('01M82TS88PEZ6XZ3DV50XF5AC6',1,'sw','Nani alimuua Sisera kwa kigingi cha hema?','Yaeli','Rahabu','Debora',NULL,1);
INSERT INTO question_text VALUES('01M82TS88PHJJ14MPEF575Q6Q1',1,'en','Who washed his hands at the trial of Jesus?','Pilate','Herod','Caiaphas',NULL,1);
INSERT INTO question_text VALUES('01M82TS88PHJJ14MPEF575Q6Q1',1,'sw','Nani alinawa mikono wakati wa kesi ya Yesu?','Pilato','Herode','Kayafa',NULL,1);
INSERT INTO question_text VALUES('01M82TS88PMFRVWC11TRY2NWT6',1,'en','Who was Timothy''s mother?','Lois','Eunice','Lydia',NULL,2);
INSERT INTO question_text VALUES('01M82TS88PMFRVWC11TRY2NWT6',1,'sw','Mama yake Timotheo aliitwa nani?','Loisi','Eunike','Lidia',NULL,2);
INSERT INTO question_text VALUES('01M82TS88PVBZNSBACVA7XM8RD',1,'en','How many stones did David pick to face Goliath?','3','5','12',NULL,2);
INSERT INTO question_text VALUES('01M82TS88PVBZNSBACVA7XM8RD',1,'sw','Daudi alichagua mawe mangapi kumkabili Goliathi?','3','5','12',NULL,2);
INSERT INTO question_text VALUES('01M82TS88PWWBCYVCRKJW0M54B',1,'en','Which animals did the prodigal son feed?','Sheep','Camels','Pigs',NULL,3);
INSERT INTO question_text VALUES('01M82TS88PWWBCYVCRKJW0M54B',1,'sw','Mwana mpotevu alilisha wanyama gani?','Kondoo','Ngamia','Nguruwe',NULL,3);
CREATE TABLE question_withdrawal (
    id text primary key,
    question_id text not null references question (id),
    reason text not null,
    withdrawn_by text not null,
    withdrawn_at_ms integer not null,
    restored_by text,
    restored_at_ms integer,
    restore_reason text,
    check ((restored_at_ms is null) = (restored_by is null))
) strict;
CREATE TABLE reason (
    name text primary key
) strict, without rowid;
INSERT INTO reason VALUES('adjustment');
INSERT INTO reason VALUES('adjustment_down');
INSERT INTO reason VALUES('assign');
INSERT INTO reason VALUES('bounty');
INSERT INTO reason VALUES('cash_over');
INSERT INTO reason VALUES('cash_short');
INSERT INTO reason VALUES('deposit');
INSERT INTO reason VALUES('deposit_back');
INSERT INTO reason VALUES('excise');
INSERT INTO reason VALUES('fee');
INSERT INTO reason VALUES('late_payout');
INSERT INTO reason VALUES('late_payout_closed');
INSERT INTO reason VALUES('park');
INSERT INTO reason VALUES('parked_back');
INSERT INTO reason VALUES('payout');
INSERT INTO reason VALUES('payout_back');
INSERT INTO reason VALUES('refund_bonus');
INSERT INTO reason VALUES('stake');
INSERT INTO reason VALUES('stake_back');
INSERT INTO reason VALUES('withdrawal');
INSERT INTO reason VALUES('withdrawal_back');
INSERT INTO reason VALUES('withdrawal_fee');
INSERT INTO reason VALUES('withholding');
CREATE TABLE IF NOT EXISTS "transfer" (
    id integer primary key,
    cause text not null unique,
    reason text not null references reason (name),
    from_account text not null check (from_account glob 'wallet:?*' or from_account in (
        'mpesa', 'stakes', 'house', 'promo', 'payouts', 'suspense', 'excise', 'withholding')),
    to_account text not null check (to_account glob 'wallet:?*' or to_account in (
        'mpesa', 'stakes', 'house', 'promo', 'payouts', 'suspense', 'excise', 'withholding')),
    amount_cents integer not null check (amount_cents > 0),
    at_ms integer not null,
    check (from_account <> to_account)
) strict;
INSERT INTO transfer VALUES(1,'receipt:UKNY042DQ6','deposit','mpesa','wallet:01M82TSADHSW8E4T0W5MJ7KNB2',10000,1795391533093);
INSERT INTO transfer VALUES(2,'receipt:UKN9LUWOYS','deposit','mpesa','wallet:01M82TSAD9GT1H3ZHHJC97KPPA',10000,1795391533093);
INSERT INTO transfer VALUES(3,'receipt:UKNC9T0EP8','deposit','mpesa','wallet:01M82TSADSX31Y1HFR391PFVB3',10000,1795391533093);
INSERT INTO transfer VALUES(4,'stake:01M82TSC5Z84XCXJ5HXENQMGTG','stake','wallet:01M82TSAD9GT1H3ZHHJC97KPPA','stakes',5000,1795391533243);
INSERT INTO transfer VALUES(5,'stake:01M82TSC69PAQGBANMH7XRMJ1H','stake','wallet:01M82TSADSX31Y1HFR391PFVB3','stakes',5000,1795391533250);
INSERT INTO transfer VALUES(6,'stake:01M82TSC6E9X0F5XZVARFJB8PB','stake','wallet:01M82TSADHSW8E4T0W5MJ7KNB2','stakes',5000,1795391533250);
INSERT INTO transfer VALUES(7,'bounty:01M82TSC5Z84XCXJ5HXENQMGTG','bounty','stakes','wallet:01M82TSAD9GT1H3ZHHJC97KPPA',8000,1795391533345);
INSERT INTO transfer VALUES(8,'fee:01M82TSC5Z84XCXJ5HXENQMGTG','fee','stakes','house',2000,1795391533345);
CREATE TABLE withdrawal (
    id text primary key,
    player_id text not null references player (id),
    originator_id text not null unique, -- ours, written down before the first send
    state text not null check (state in ('requested', 'sent', 'unknown', 'paid', 'failed')),
    amount_cents integer not null check (amount_cents > 0), -- what the player asked for
    fee_cents integer not null check (fee_cents >= 0),
    tax_cents integer not null check (tax_cents >= 0),
    payout_cents integer not null check (payout_cents > 0), -- what M-Pesa pays out
    receipt text unique,
    flagged integer not null default 0 check (flagged in (0, 1)),
    failure text,
    requested_at_ms integer not null,
    sent_at_ms integer,
    ended_at_ms integer,
    doubtful integer not null default 0 check (doubtful in (0, 1)), -- an earlier send may have arrived
    unheard_of integer not null default 0, -- how often M-Pesa said that it knows nothing of it
    due_at_ms integer, -- due and leased until: requested: send; sent and unknown: ask
    lease integer not null default 0,
    attempt integer not null default 0, flagged_at_ms integer, trace_id text,
    check (state <> 'paid' or receipt is not null)
) strict;
CREATE TABLE gate (
    name text primary key,
    opens_at_ms integer not null,
    why text -- null: it only keeps a distance between two that pass
, step integer not null default 0 check (step >= 0)) strict;
CREATE TABLE chore (
    id text primary key,
    due_at_ms integer, -- null: not wanted
    lease integer not null default 0,
    attempt integer not null default 0,
    done_at_ms integer -- when it last succeeded
) strict;
CREATE TABLE balance_report (
    id text primary key,
    cause text not null check (cause in ('job', 'operator')),
    attempt integer not null, -- which one of a day's tries it is; 1 for an operator's
    state text not null check (state in ('asked', 'failed', 'ok', 'under_way', 'suspect', 'drift')),
    asked_at_ms integer not null,
    judged_at_ms integer, -- when the answer was held against the ledger
    accounts text not null default '[]', -- JSON: every account as it was told
    held_cents integer, -- all of them but the charges
    utility_cents integer, -- what of it payouts are made from; null: no such account was told of
    charges_cents integer, -- what M-Pesa counts as charged; zero or below
    ledger_cents integer, -- what the ledger says that M-Pesa holds
    gap_cents integer, -- by how much M-Pesa holds more than that, charges looked at as configured
    baseline_cents integer, -- the gap that an operator accepted before
    drift_cents integer, -- the gap less the baseline
    short_cents integer, -- by how much M-Pesa may hold less, for what is on its way
    over_cents integer, -- by how much more
    suspect_since_ms integer, -- since when nothing explains the drift
    failure text,
    accepted_at_ms integer,
    accepted_why text,
    check ((state in ('asked', 'failed')) = (judged_at_ms is null)),
    check ((judged_at_ms is null) = (drift_cents is null)),
    check ((accepted_at_ms is null) = (accepted_why is null))
) strict;
CREATE TABLE balance_question (
    id text primary key, -- in the callback URL; it cannot be guessed
    report_id text not null references balance_report (id),
    shortcode text not null,
    conversation_id text, -- M-Pesa's id of the question, once it is accepted
    accounts text, -- JSON: the answer
    answered_at_ms integer
) strict;
CREATE TABLE circuit (
    name text primary key,
    failures integer not null check (failures >= 0), -- in a row, while it is closed
    openings integer not null check (openings >= 0), -- in a row; 0: it is closed
    refusals integer not null check (refusals >= 0), -- in a row, for want of room at the provider
    trying integer not null check (trying in (0, 1)), -- a trial is under way
    until_ms integer not null, -- nothing is sent before
    why text not null -- the last trouble
) strict;
CREATE TABLE audit (
    id text primary key,
    at_ms integer not null,
    actor text not null,   -- an administrator's name, or '(command line)', '(player)', '(service)'
    action text not null,  -- a word for what was done: 'exclude', 'assign', ...
    subject text not null, -- what it was done to: 'player', 'withdrawal', ...
    subject_id text not null,
    reason text not null check (reason <> ''),
    detail text not null default '' -- what changed, for a person
) strict;
CREATE TABLE admin (
    name text primary key,
    role text not null check (role in ('viewer', 'support', 'finance')),
    password_hash text not null, -- argon2, as a PHC string
    added_at_ms integer not null,
    disabled_at_ms integer -- null: may log in
) strict;
CREATE TABLE admin_session (
    token_hash text primary key, -- SHA-256 of the cookie, in hex
    admin text not null,         -- a name above, or 'admin' of the configuration
    credential text not null,    -- SHA-256 of the password_hash that it began with, in hex
    began_at_ms integer not null,
    seen_at_ms integer not null
) strict;
CREATE TABLE admin_try (
    id text primary key,
    name_hash text not null,
    source_hash text not null,
    at_ms integer not null
) strict;
CREATE TABLE reversal (
    id text primary key,
    what text not null check (what in ('parked', 'deposit', 'payout')),
    subject_id text not null, -- the parked payment, the deposit or the withdrawal
    receipt text not null, -- of what was taken back
    reversal_receipt text not null unique, -- of the reversal
    amount_cents integer not null check (amount_cents > 0),
    at_ms integer not null,
    unique (what, subject_id)
) strict;
CREATE TABLE rating (
    player_id text not null references player (id),
    category_id text not null references category (id),
    points_milli integer not null,
    spread_milli integer not null check (spread_milli > 0), -- how uncertain the points are
    games integer not null check (games > 0),
    primary key (player_id, category_id)
) strict, without rowid;
CREATE TABLE secret_key (
    name text primary key,
    key text not null -- in hex
) strict;
CREATE TABLE deposit_payer (
    deposit_id text primary key references deposit (id),
    player_id text not null references player (id),
    payer text not null,
    -- Whether it names one phone; else it is a masked number with a name, which several may share.
    is_certain integer not null check (is_certain in (0, 1)),
    at_ms integer not null
) strict;
CREATE TABLE fair_look (
    what text primary key,
    at_ms integer not null,
    id text not null
) strict;
CREATE TABLE fair_meeting (
    player_a text not null references player (id),
    player_b text not null references player (id),
    day integer not null,
    met integer not null,
    won_a integer not null,
    won_b integer not null,
    gain_a_cents integer not null, -- what went from b to a, less what went from a to b
    primary key (player_a, player_b, day),
    check (player_a < player_b)
) strict, without rowid;
CREATE TABLE fair_seat (
    player_id text not null references player (id),
    day integer not null,
    pool text not null,
    games integer not null,
    primary key (player_id, day, pool)
) strict, without rowid;
CREATE TABLE fair_pool (
    day integer not null,
    pool text not null,
    matches integer not null,
    primary key (day, pool)
) strict, without rowid;
CREATE TABLE fair_pace (
    player_id text not null references player (id),
    day integer not null,
    answers integer not null,
    fast integer not null, -- faster than anybody reads
    fast_right integer not null,
    total_ms integer not null,
    total_square integer not null, -- of ms
    primary key (player_id, day)
) strict, without rowid;
CREATE TABLE fair_flag (
    id text primary key,
    kind text not null check (kind in (
        'meet_often', 'one_sided', 'passed_on', 'shared_payer', 'fast_answers', 'even_answers')),
    identity text not null unique, -- kind and players, or kind and payer
    score integer not null, -- 100: just enough to be flagged
    summary text not null,
    evidence text not null, -- JSON: pairs of name and value; ids, and no phone numbers
    state text not null default 'open' check (state in ('open', 'dismissed', 'confirmed')),
    first_seen_ms integer not null,
    last_seen_ms integer not null,
    reviewed_score integer, -- what it was when it was reviewed
    reviewed_by text,
    reviewed_at_ms integer,
    review_reason text,
    check ((reviewed_at_ms is null) = (reviewed_by is null))
) strict;
CREATE TABLE fair_flag_player (
    flag_id text not null references fair_flag (id),
    player_id text not null references player (id),
    primary key (flag_id, player_id)
) strict, without rowid;
CREATE TABLE deposit_limit (
    player_id text not null references player (id),
    period text not null check (period in ('day', 'week')),
    in_force_cents integer check (in_force_cents >= 0), -- null: no limit
    coming_cents integer check (coming_cents >= 0),     -- null: no limit, where coming_from_ms is set
    coming_from_ms integer,                             -- null: no other limit is to come
    primary key (player_id, period)
) strict, without rowid;
CREATE TABLE house_switch (
    name text primary key check (name in ('maintenance')),
    is_on integer not null check (is_on in (0, 1)),
    actor text not null,
    reason text not null,
    at_ms integer not null
) strict, without rowid;
CREATE TABLE ledger_check (
    id integer primary key check (id = 1),
    checked_at_ms integer not null,
    took_ms integer not null,
    transfers integer not null,
    findings integer not null, -- how many things are off; 0: all is well
    drift_cents integer not null -- by how much all accounts together are off zero
) strict;
CREATE TABLE IF NOT EXISTS "adjustment" (
    id text primary key,
    kind text not null check (kind in ('from_house', 'from_promo', 'to_house', 'cash_short', 'cash_over',
        'late_from_wallet', 'late_from_house')),
    player_id text references player (id),
    amount_cents integer not null check (amount_cents > 0),
    state text not null check (state in ('proposed', 'booked', 'rejected')),
    needs_second integer not null check (needs_second in (0, 1)),
    reason text not null check (reason <> ''),
    proposed_by text not null,
    proposed_at_ms integer not null,
    decided_by text,
    decided_at_ms integer,
    decision text, -- why it was approved or rejected
    withdrawal_id text references withdrawal (id), -- the late payout that it closes
    check ((kind in ('cash_short', 'cash_over')) = (player_id is null)),
    check ((kind in ('late_from_wallet', 'late_from_house')) = (withdrawal_id is not null)),
    check ((state = 'proposed') = (decided_at_ms is null)),
    check ((decided_by is null) = (decided_at_ms is null)),
    check (state <> 'booked' or needs_second = 0 or decided_by <> proposed_by)
) strict;
CREATE INDEX question_by_category on question (category_id, state);
CREATE INDEX set_offered on question_set (category_id, stake_cents, opened_at_ms)
where offered_until_ms is not null;
CREATE INDEX set_to_settle on question_set (settle_at_ms) where settle_at_ms is not null;
CREATE INDEX entry_by_player on entry (player_id, staked_at_ms);
CREATE INDEX entry_open on entry (player_id) where state in ('playing', 'waiting');
CREATE INDEX entry_due on entry (state, due_at_ms) where due_at_ms is not null;
CREATE INDEX deposit_by_player on deposit (player_id, requested_at_ms);
CREATE INDEX deposit_due on deposit (state, due_at_ms) where due_at_ms is not null;
CREATE INDEX callback_due on callback (due_at_ms) where due_at_ms is not null;
CREATE INDEX callback_by_age on callback (received_at_ms);
CREATE INDEX hop_receipt_by_age on hop_receipt (at_ms);
CREATE INDEX ussd_session_by_age on ussd_session (told_at_ms);
CREATE INDEX outbox_due on outbox (due_at_ms) where due_at_ms is not null;
CREATE INDEX outbox_by_player on outbox (player_id, created_at_ms);
CREATE INDEX outbox_by_provider_id on outbox (provider_id) where provider_id is not null;
CREATE INDEX sms_inbound_by_number on sms_inbound (msisdn, received_at_ms);
CREATE INDEX sms_inbound_by_age on sms_inbound (received_at_ms);
CREATE UNIQUE INDEX question_withdrawal_open on question_withdrawal (question_id)
where restored_at_ms is null;
CREATE INDEX set_by_withdrawal on question_set (withdrawal_id) where withdrawal_id is not null;
CREATE TRIGGER transfer_moves_money after insert on transfer
begin
    select raise(abort, 'transfer names a wallet that does not exist')
    where (new.from_account glob 'wallet:*'
            and not exists (select 1 from wallet where player_id = substr(new.from_account, 8)))
        or (new.to_account glob 'wallet:*'
            and not exists (select 1 from wallet where player_id = substr(new.to_account, 8)));
    update wallet set balance_cents = balance_cents - new.amount_cents
    where player_id = substr(new.from_account, 8) and new.from_account glob 'wallet:*';
    update wallet set balance_cents = balance_cents + new.amount_cents
    where player_id = substr(new.to_account, 8) and new.to_account glob 'wallet:*';
end;
CREATE TRIGGER transfer_is_never_changed before update on transfer
begin
    select raise(abort, 'transfers are append-only');
end;
CREATE TRIGGER transfer_is_never_deleted before delete on transfer
begin
    select raise(abort, 'transfers are append-only');
end;
CREATE INDEX withdrawal_by_player on withdrawal (player_id, requested_at_ms);
CREATE INDEX withdrawal_due on withdrawal (state, due_at_ms) where due_at_ms is not null;
CREATE INDEX balance_report_by_time on balance_report (asked_at_ms);
CREATE INDEX balance_question_by_report on balance_question (report_id);
CREATE INDEX outbox_due_receipt on outbox (due_at_ms)
    where due_at_ms is not null and class <> 'promotion';
CREATE INDEX outbox_due_promotion on outbox (due_at_ms)
    where due_at_ms is not null and class = 'promotion';
CREATE INDEX audit_by_subject on audit (subject, subject_id);
CREATE INDEX audit_by_time on audit (at_ms, id);
CREATE TRIGGER audit_is_never_changed before update on audit
begin
    select raise(abort, 'the audit log is append-only');
end;
CREATE TRIGGER audit_is_never_deleted before delete on audit
begin
    select raise(abort, 'the audit log is append-only');
end;
CREATE INDEX admin_session_by_age on admin_session (seen_at_ms);
CREATE INDEX admin_try_by_name on admin_try (name_hash, at_ms);
CREATE INDEX admin_try_by_source on admin_try (source_hash, at_ms);
CREATE INDEX admin_try_by_age on admin_try (at_ms);
CREATE INDEX transfer_by_time on transfer (at_ms);
CREATE INDEX deposit_flagged on deposit (requested_at_ms) where flagged = 1;
CREATE INDEX withdrawal_flagged on withdrawal (requested_at_ms) where flagged = 1;
CREATE INDEX parked_open on parked (parked_at_ms) where assigned_to is null;
CREATE INDEX reversal_by_receipt on reversal (receipt);
CREATE INDEX transfer_from_wallet on transfer (from_account, at_ms) where from_account glob 'wallet:*';
CREATE INDEX transfer_to_wallet on transfer (to_account, at_ms) where to_account glob 'wallet:*';
CREATE INDEX callback_by_subject on callback (subject) where subject <> '';
CREATE INDEX hop_receipt_by_number on hop_receipt (msisdn, at_ms);
CREATE INDEX parked_by_receipt on parked (receipt);
CREATE INDEX parked_by_player on parked (assigned_to) where assigned_to is not null;
CREATE INDEX player_by_last_digits on player (substr(msisdn, 10));
CREATE INDEX outbox_failed on outbox (created_at_ms) where state = 'failed';
CREATE INDEX withdrawal_open on withdrawal (requested_at_ms) where state in ('requested', 'sent', 'unknown');
CREATE INDEX callback_dead on callback (received_at_ms) where state = 'dead';
CREATE INDEX deposit_payer_by_payer on deposit_payer (payer, player_id);
CREATE INDEX deposit_payer_by_time on deposit_payer (at_ms, deposit_id);
CREATE INDEX deposit_payer_by_player on deposit_payer (player_id);
CREATE INDEX match_by_time on game_match (settled_at_ms, set_id);
CREATE INDEX withdrawal_by_time on withdrawal (requested_at_ms, id);
CREATE INDEX fair_meeting_by_other on fair_meeting (player_b, day);
CREATE INDEX fair_meeting_by_day on fair_meeting (day);
CREATE INDEX fair_seat_by_day on fair_seat (day);
CREATE INDEX fair_pace_by_day on fair_pace (day);
CREATE INDEX fair_flag_by_state on fair_flag (state, last_seen_ms);
CREATE INDEX fair_flag_by_player on fair_flag_player (player_id);
CREATE INDEX player_excluded on player (excluded_until_ms) where excluded_until_ms is not null;
CREATE INDEX player_to_verify on player (verification_asked_at_ms)
where verification_asked_at_ms is not null;
CREATE INDEX adjustment_by_state on adjustment (state, proposed_at_ms);
CREATE INDEX adjustment_by_player on adjustment (player_id, proposed_at_ms);
CREATE INDEX adjustment_by_proposer on adjustment (proposed_by, proposed_at_ms);
CREATE UNIQUE INDEX adjustment_by_withdrawal on adjustment (withdrawal_id)
    where withdrawal_id is not null and state <> 'rejected';
CREATE INDEX withdrawal_late on withdrawal (requested_at_ms) where state = 'failed' and receipt is not null;
COMMIT;
