--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: audit_is_append_only(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.audit_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'the audit log is append-only';
end $$;


--
-- Name: cause_gets_its_time(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cause_gets_its_time() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    -- Looked at first: an update that finds nothing costs several times as much.
    if exists (select from transfer_cause where cause = new.cause and at_ms is null) then
        update transfer_cause set at_ms = new.at_ms where cause = new.cause and at_ms is null;
    end if;
    return null;
end $$;


--
-- Name: cause_is_append_only(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.cause_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'UPDATE' and old.at_ms is null and new.at_ms is not null
            and new.cause = old.cause then
        return new;
    end if;
    raise exception 'transfers are append-only';
end $$;


--
-- Name: guard_against_truncate(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.guard_against_truncate(name text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format(
        'create trigger partition_is_never_emptied before truncate on %I
        for each statement execute function is_append_only()', name);
end $$;


--
-- Name: is_append_only(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'transfers are append-only';
end $$;


--
-- Name: make_transfer_partitions(bigint, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.make_transfer_partitions(now_ms bigint, months integer) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    made bigint := 0;
    begins timestamp;
    name text;
begin
    perform pg_advisory_xact_lock(hashtextextended('make_transfer_partitions', 0));
    for ahead in 0..months loop
        begins := date_trunc('month', to_timestamp(now_ms / 1000.0) at time zone 'UTC')
            + make_interval(months => ahead);
        name := 'transfer_' || to_char(begins, 'YYYY_MM');
        if to_regclass(name) is null then
            execute format(
                'create table %I partition of transfer for values from (%s) to (%s)', name,
                (extract(epoch from begins at time zone 'UTC') * 1000)::bigint,
                (extract(epoch from (begins + interval '1 month') at time zone 'UTC') * 1000)::bigint);
            perform guard_against_truncate(name);
            made := made + 1;
        end if;
    end loop;
    return made;
end $$;


--
-- Name: transfer_moves_money(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.transfer_moves_money() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.from_account like 'wallet:%' then
        update wallet set balance_cents = balance_cents - new.amount_cents
        where player_id = substr(new.from_account, 8);
        if not found then
            raise exception 'transfer names a wallet that does not exist';
        end if;
    end if;
    if new.to_account like 'wallet:%' then
        update wallet set balance_cents = balance_cents + new.amount_cents
        where player_id = substr(new.to_account, 8);
        if not found then
            raise exception 'transfer names a wallet that does not exist';
        end if;
    end if;
    return null;
end $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: _sqlx_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public._sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);


--
-- Name: adjustment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.adjustment (
    id text NOT NULL,
    kind text NOT NULL,
    player_id text,
    amount_cents bigint NOT NULL,
    state text NOT NULL,
    needs_second bigint NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at_ms bigint NOT NULL,
    decided_by text,
    decided_at_ms bigint,
    decision text,
    withdrawal_id text,
    CONSTRAINT adjustment_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT adjustment_check CHECK (((kind = ANY (ARRAY['cash_short'::text, 'cash_over'::text])) = (player_id IS NULL))),
    CONSTRAINT adjustment_check1 CHECK (((state = 'proposed'::text) = (decided_at_ms IS NULL))),
    CONSTRAINT adjustment_check2 CHECK (((decided_by IS NULL) = (decided_at_ms IS NULL))),
    CONSTRAINT adjustment_check3 CHECK (((state <> 'booked'::text) OR (needs_second = 0) OR (decided_by <> proposed_by))),
    CONSTRAINT adjustment_kind_check CHECK ((kind = ANY (ARRAY['from_house'::text, 'from_promo'::text, 'to_house'::text, 'cash_short'::text, 'cash_over'::text, 'late_from_wallet'::text, 'late_from_house'::text]))),
    CONSTRAINT adjustment_needs_second_check CHECK ((needs_second = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT adjustment_of_late_payout CHECK (((kind = ANY (ARRAY['late_from_wallet'::text, 'late_from_house'::text])) = (withdrawal_id IS NOT NULL))),
    CONSTRAINT adjustment_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT adjustment_state_check CHECK ((state = ANY (ARRAY['proposed'::text, 'booked'::text, 'rejected'::text])))
);


--
-- Name: admin; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.admin (
    name text NOT NULL,
    role text NOT NULL,
    password_hash text NOT NULL,
    added_at_ms bigint NOT NULL,
    disabled_at_ms bigint,
    CONSTRAINT admin_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'support'::text, 'finance'::text])))
);


--
-- Name: admin_session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.admin_session (
    token_hash text NOT NULL,
    admin text NOT NULL,
    credential text NOT NULL,
    began_at_ms bigint NOT NULL,
    seen_at_ms bigint NOT NULL
);


--
-- Name: admin_try; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.admin_try (
    id text NOT NULL,
    name_hash text NOT NULL,
    source_hash text NOT NULL,
    at_ms bigint NOT NULL
);


--
-- Name: answer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.answer (
    entry_id text NOT NULL,
    "position" bigint NOT NULL,
    choice bigint NOT NULL,
    is_correct bigint NOT NULL,
    sent_at_ms bigint NOT NULL,
    received_at_ms bigint NOT NULL,
    CONSTRAINT answer_is_correct_check CHECK ((is_correct = ANY (ARRAY[(0)::bigint, (1)::bigint])))
);


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id text NOT NULL,
    at_ms bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    subject_id text NOT NULL,
    reason text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    CONSTRAINT audit_reason_check CHECK ((reason <> ''::text))
);


--
-- Name: balance_question; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.balance_question (
    id text NOT NULL,
    report_id text NOT NULL,
    shortcode text NOT NULL,
    conversation_id text,
    accounts text,
    answered_at_ms bigint
);


--
-- Name: balance_report; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.balance_report (
    id text NOT NULL,
    cause text NOT NULL,
    attempt bigint NOT NULL,
    state text NOT NULL,
    asked_at_ms bigint NOT NULL,
    judged_at_ms bigint,
    accounts text DEFAULT '[]'::text NOT NULL,
    held_cents bigint,
    utility_cents bigint,
    charges_cents bigint,
    ledger_cents bigint,
    gap_cents bigint,
    baseline_cents bigint,
    drift_cents bigint,
    short_cents bigint,
    over_cents bigint,
    suspect_since_ms bigint,
    failure text,
    accepted_at_ms bigint,
    accepted_why text,
    CONSTRAINT balance_report_cause_check CHECK ((cause = ANY (ARRAY['job'::text, 'operator'::text]))),
    CONSTRAINT balance_report_check CHECK (((state = ANY (ARRAY['asked'::text, 'failed'::text])) = (judged_at_ms IS NULL))),
    CONSTRAINT balance_report_check1 CHECK (((judged_at_ms IS NULL) = (drift_cents IS NULL))),
    CONSTRAINT balance_report_check2 CHECK (((accepted_at_ms IS NULL) = (accepted_why IS NULL))),
    CONSTRAINT balance_report_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'failed'::text, 'ok'::text, 'under_way'::text, 'suspect'::text, 'drift'::text])))
);


--
-- Name: callback; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.callback (
    id text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    body bytea NOT NULL,
    source text NOT NULL,
    received_at_ms bigint NOT NULL,
    state text NOT NULL,
    outcome text,
    due_at_ms bigint,
    lease bigint DEFAULT 0 NOT NULL,
    attempt bigint DEFAULT 0 NOT NULL,
    headers text DEFAULT ''::text NOT NULL,
    replays bigint DEFAULT 0 NOT NULL,
    first_outcome text,
    cut bigint DEFAULT 0 NOT NULL,
    CONSTRAINT callback_cut_check CHECK ((cut = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT callback_replays_check CHECK ((replays >= 0)),
    CONSTRAINT callback_state_check CHECK ((state = ANY (ARRAY['new'::text, 'done'::text, 'dead'::text])))
);


--
-- Name: category; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.category (
    id text NOT NULL,
    name text NOT NULL
);


--
-- Name: chore; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.chore (
    id text NOT NULL,
    due_at_ms bigint,
    lease bigint DEFAULT 0 NOT NULL,
    attempt bigint DEFAULT 0 NOT NULL,
    done_at_ms bigint
);


--
-- Name: circuit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.circuit (
    name text NOT NULL,
    failures bigint NOT NULL,
    openings bigint NOT NULL,
    refusals bigint NOT NULL,
    trying bigint NOT NULL,
    until_ms bigint NOT NULL,
    why text NOT NULL,
    CONSTRAINT circuit_failures_check CHECK ((failures >= 0)),
    CONSTRAINT circuit_openings_check CHECK ((openings >= 0)),
    CONSTRAINT circuit_refusals_check CHECK ((refusals >= 0)),
    CONSTRAINT circuit_trying_check CHECK ((trying = ANY (ARRAY[(0)::bigint, (1)::bigint])))
);


--
-- Name: deposit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deposit (
    id text NOT NULL,
    player_id text NOT NULL,
    reference text NOT NULL,
    state text NOT NULL,
    requested_cents bigint NOT NULL,
    credited_cents bigint DEFAULT 0 NOT NULL,
    receipt text,
    flagged bigint DEFAULT 0 NOT NULL,
    checkout_id text,
    failure text,
    requested_at_ms bigint NOT NULL,
    pushed_at_ms bigint,
    due_at_ms bigint,
    lease bigint DEFAULT 0 NOT NULL,
    attempt bigint DEFAULT 0 NOT NULL,
    asks_status bigint DEFAULT 0 NOT NULL,
    told_receipt text,
    flagged_at_ms bigint,
    trace_id text,
    CONSTRAINT deposit_asks_status_check CHECK ((asks_status = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT deposit_check CHECK (((state = 'paid'::text) = (receipt IS NOT NULL))),
    CONSTRAINT deposit_credited_cents_check CHECK ((credited_cents >= 0)),
    CONSTRAINT deposit_flagged_check CHECK ((flagged = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT deposit_requested_cents_check CHECK ((requested_cents > 0)),
    CONSTRAINT deposit_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'pushed'::text, 'paid'::text, 'failed'::text])))
);


--
-- Name: deposit_limit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deposit_limit (
    player_id text NOT NULL,
    period text NOT NULL,
    in_force_cents bigint,
    coming_cents bigint,
    coming_from_ms bigint,
    CONSTRAINT deposit_limit_coming_cents_check CHECK ((coming_cents >= 0)),
    CONSTRAINT deposit_limit_in_force_cents_check CHECK ((in_force_cents >= 0)),
    CONSTRAINT deposit_limit_period_check CHECK ((period = ANY (ARRAY['day'::text, 'week'::text])))
);


--
-- Name: deposit_payer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deposit_payer (
    deposit_id text NOT NULL,
    player_id text NOT NULL,
    payer text NOT NULL,
    is_certain bigint NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT deposit_payer_is_certain_check CHECK ((is_certain = ANY (ARRAY[(0)::bigint, (1)::bigint])))
);


--
-- Name: entry; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.entry (
    id text NOT NULL,
    set_id text NOT NULL,
    seat bigint NOT NULL,
    player_id text NOT NULL,
    state text NOT NULL,
    choice_orders text NOT NULL,
    "position" bigint NOT NULL,
    sent_at_ms bigint NOT NULL,
    thinking_ms bigint DEFAULT 0 NOT NULL,
    answering_ms bigint DEFAULT 0 NOT NULL,
    answered bigint DEFAULT 0 NOT NULL,
    correct bigint DEFAULT 0 NOT NULL,
    received_cents bigint DEFAULT 0 NOT NULL,
    staked_at_ms bigint NOT NULL,
    finished_at_ms bigint,
    due_at_ms bigint,
    lease bigint DEFAULT 0 NOT NULL,
    CONSTRAINT entry_check CHECK (((finished_at_ms IS NOT NULL) OR (state = 'playing'::text))),
    CONSTRAINT entry_seat_check CHECK ((seat = ANY (ARRAY[(1)::bigint, (2)::bigint]))),
    CONSTRAINT entry_state_check CHECK ((state = ANY (ARRAY['playing'::text, 'waiting'::text, 'won'::text, 'lost'::text, 'drawn'::text, 'refunded'::text, 'returned'::text])))
);


--
-- Name: fair_flag; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fair_flag (
    id text NOT NULL,
    kind text NOT NULL,
    identity text NOT NULL,
    score bigint NOT NULL,
    summary text NOT NULL,
    evidence text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    first_seen_ms bigint NOT NULL,
    last_seen_ms bigint NOT NULL,
    reviewed_score bigint,
    reviewed_by text,
    reviewed_at_ms bigint,
    review_reason text,
    CONSTRAINT fair_flag_check CHECK (((reviewed_at_ms IS NULL) = (reviewed_by IS NULL))),
    CONSTRAINT fair_flag_kind_check CHECK ((kind = ANY (ARRAY['meet_often'::text, 'one_sided'::text, 'passed_on'::text, 'shared_payer'::text, 'fast_answers'::text, 'even_answers'::text]))),
    CONSTRAINT fair_flag_state_check CHECK ((state = ANY (ARRAY['open'::text, 'dismissed'::text, 'confirmed'::text])))
);


--
-- Name: fair_flag_player; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fair_flag_player (
    flag_id text NOT NULL,
    player_id text NOT NULL
);


--
-- Name: fair_look; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fair_look (
    what text NOT NULL,
    at_ms bigint NOT NULL,
    id text NOT NULL
);


--
-- Name: fair_meeting; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fair_meeting (
    player_a text NOT NULL,
    player_b text NOT NULL,
    day bigint NOT NULL,
    met bigint NOT NULL,
    won_a bigint NOT NULL,
    won_b bigint NOT NULL,
    gain_a_cents bigint NOT NULL,
    CONSTRAINT fair_meeting_check CHECK ((player_a < player_b))
);


--
-- Name: fair_pace; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fair_pace (
    player_id text NOT NULL,
    day bigint NOT NULL,
    answers bigint NOT NULL,
    fast bigint NOT NULL,
    fast_right bigint NOT NULL,
    total_ms bigint NOT NULL,
    total_square bigint NOT NULL
);


--
-- Name: fair_pool; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fair_pool (
    day bigint NOT NULL,
    pool text NOT NULL,
    matches bigint NOT NULL
);


--
-- Name: fair_seat; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fair_seat (
    player_id text NOT NULL,
    day bigint NOT NULL,
    pool text NOT NULL,
    games bigint NOT NULL
);


--
-- Name: game_match; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.game_match (
    set_id text NOT NULL,
    winner_id text,
    settled_at_ms bigint NOT NULL
);


--
-- Name: gate; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.gate (
    name text NOT NULL,
    opens_at_ms bigint NOT NULL,
    why text,
    step bigint DEFAULT 0 NOT NULL,
    CONSTRAINT gate_step_check CHECK ((step >= 0))
);


--
-- Name: hop_receipt; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.hop_receipt (
    session_id text NOT NULL,
    transcript text NOT NULL,
    msisdn text NOT NULL,
    conversation text NOT NULL,
    at_ms bigint NOT NULL
);


--
-- Name: house_switch; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.house_switch (
    name text NOT NULL,
    is_on bigint NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT house_switch_is_on_check CHECK ((is_on = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT house_switch_name_check CHECK ((name = 'maintenance'::text))
);


--
-- Name: ledger_check; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_check (
    id bigint NOT NULL,
    checked_at_ms bigint NOT NULL,
    took_ms bigint NOT NULL,
    transfers bigint NOT NULL,
    findings bigint NOT NULL,
    drift_cents bigint NOT NULL,
    CONSTRAINT ledger_check_id_check CHECK ((id = 1))
);


--
-- Name: outbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox (
    id text NOT NULL,
    cause text NOT NULL,
    player_id text,
    msisdn text NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    state text NOT NULL,
    provider_id text,
    failure text,
    created_at_ms bigint NOT NULL,
    sent_at_ms bigint,
    due_at_ms bigint,
    lease bigint DEFAULT 0 NOT NULL,
    attempt bigint DEFAULT 0 NOT NULL,
    class text DEFAULT 'receipt'::text NOT NULL,
    sender text,
    trace_id text,
    CONSTRAINT outbox_class_check CHECK ((class = ANY (ARRAY['receipt'::text, 'answer'::text, 'promotion'::text]))),
    CONSTRAINT outbox_sender_check CHECK ((sender = ANY (ARRAY['first'::text, 'fallback'::text]))),
    CONSTRAINT outbox_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'sent'::text, 'delivered'::text, 'failed'::text])))
);


--
-- Name: parked; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.parked (
    id text NOT NULL,
    receipt text NOT NULL,
    amount_cents bigint NOT NULL,
    reason text NOT NULL,
    cause text NOT NULL,
    parked_at_ms bigint NOT NULL,
    assigned_to text,
    assigned_at_ms bigint,
    note text,
    returned_at_ms bigint,
    CONSTRAINT parked_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT parked_check CHECK (((assigned_to IS NULL) = (assigned_at_ms IS NULL)))
);


--
-- Name: player; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.player (
    id text NOT NULL,
    msisdn text NOT NULL,
    locale text NOT NULL,
    status text DEFAULT 'unverified'::text NOT NULL,
    registered_at_ms bigint NOT NULL,
    erased_at_ms bigint,
    status_before text,
    excluded_until_ms bigint,
    verified_at_ms bigint,
    verified_by text,
    verification_asked_at_ms bigint,
    reality_check_at_ms bigint,
    CONSTRAINT player_status_before_check CHECK ((status_before = ANY (ARRAY['unverified'::text, 'verified'::text]))),
    CONSTRAINT player_status_check CHECK ((status = ANY (ARRAY['unverified'::text, 'verified'::text, 'excluded'::text, 'blocked'::text])))
);


--
-- Name: question; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.question (
    id text NOT NULL,
    identity text NOT NULL,
    category_id text NOT NULL,
    choices bigint NOT NULL,
    answer bigint NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    added_at_ms bigint NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    source text,
    CONSTRAINT question_check CHECK (((answer >= 1) AND (answer <= choices))),
    CONSTRAINT question_choices_check CHECK ((choices = ANY (ARRAY[(3)::bigint, (4)::bigint]))),
    CONSTRAINT question_state_check CHECK ((state = ANY (ARRAY['active'::text, 'withdrawn'::text]))),
    CONSTRAINT question_version_check CHECK ((version > 0))
);


--
-- Name: question_set; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.question_set (
    id text NOT NULL,
    category_id text NOT NULL,
    stake_cents bigint NOT NULL,
    owner_id text NOT NULL,
    opened_at_ms bigint NOT NULL,
    offered_until_ms bigint,
    settle_at_ms bigint,
    lease bigint DEFAULT 0 NOT NULL,
    withdrawal_id text,
    voided_at_ms bigint,
    CONSTRAINT question_set_stake_cents_check CHECK ((stake_cents > 0))
);


--
-- Name: question_text; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.question_text (
    question_id text NOT NULL,
    locale text NOT NULL,
    question text NOT NULL,
    choice1 text NOT NULL,
    choice2 text NOT NULL,
    choice3 text NOT NULL,
    choice4 text,
    version bigint NOT NULL,
    answer bigint NOT NULL,
    CONSTRAINT question_text_answer_check CHECK (((answer >= 1) AND (answer <= 4))),
    CONSTRAINT question_text_version_check CHECK ((version > 0))
);


--
-- Name: question_withdrawal; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.question_withdrawal (
    id text NOT NULL,
    question_id text NOT NULL,
    reason text NOT NULL,
    withdrawn_by text NOT NULL,
    withdrawn_at_ms bigint NOT NULL,
    restored_by text,
    restored_at_ms bigint,
    restore_reason text,
    CONSTRAINT question_withdrawal_check CHECK (((restored_at_ms IS NULL) = (restored_by IS NULL)))
);


--
-- Name: rating; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.rating (
    player_id text NOT NULL,
    category_id text NOT NULL,
    points_milli bigint NOT NULL,
    spread_milli bigint NOT NULL,
    games bigint NOT NULL,
    CONSTRAINT rating_games_check CHECK ((games > 0)),
    CONSTRAINT rating_spread_milli_check CHECK ((spread_milli > 0))
);


--
-- Name: reversal; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reversal (
    id text NOT NULL,
    what text NOT NULL,
    subject_id text NOT NULL,
    receipt text NOT NULL,
    reversal_receipt text NOT NULL,
    amount_cents bigint NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT reversal_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT reversal_what_check CHECK ((what = ANY (ARRAY['parked'::text, 'deposit'::text, 'payout'::text])))
);


--
-- Name: secret_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.secret_key (
    name text NOT NULL,
    key text NOT NULL
);


--
-- Name: seen; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.seen (
    player_id text NOT NULL,
    question_id text NOT NULL,
    at_ms bigint NOT NULL
);


--
-- Name: set_question; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.set_question (
    set_id text NOT NULL,
    "position" bigint NOT NULL,
    question_id text NOT NULL,
    version bigint DEFAULT 1 NOT NULL
);


--
-- Name: sms_consent; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sms_consent (
    msisdn text NOT NULL,
    promotions text NOT NULL,
    source text NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT sms_consent_promotions_check CHECK ((promotions = ANY (ARRAY['given'::text, 'refused'::text]))),
    CONSTRAINT sms_consent_source_check CHECK ((source = ANY (ARRAY['keyword'::text, 'gateway'::text])))
);


--
-- Name: sms_inbound; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sms_inbound (
    identity text NOT NULL,
    msisdn text NOT NULL,
    keyword text,
    answer text,
    received_at_ms bigint NOT NULL
);


--
-- Name: transfer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer (
    id bigint NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    from_account text NOT NULL,
    to_account text NOT NULL,
    amount_cents bigint NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT transfer_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT transfer_check CHECK ((from_account <> to_account)),
    CONSTRAINT transfer_from_account_check CHECK (((from_account ~~ 'wallet:_%'::text) OR (from_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text])))),
    CONSTRAINT transfer_to_account_check CHECK (((to_account ~~ 'wallet:_%'::text) OR (to_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text]))))
)
PARTITION BY RANGE (at_ms);


--
-- Name: transfer_2026_11; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_2026_11 (
    id bigint NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    from_account text NOT NULL,
    to_account text NOT NULL,
    amount_cents bigint NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT transfer_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT transfer_check CHECK ((from_account <> to_account)),
    CONSTRAINT transfer_from_account_check CHECK (((from_account ~~ 'wallet:_%'::text) OR (from_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text])))),
    CONSTRAINT transfer_to_account_check CHECK (((to_account ~~ 'wallet:_%'::text) OR (to_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text]))))
);


--
-- Name: transfer_2026_12; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_2026_12 (
    id bigint NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    from_account text NOT NULL,
    to_account text NOT NULL,
    amount_cents bigint NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT transfer_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT transfer_check CHECK ((from_account <> to_account)),
    CONSTRAINT transfer_from_account_check CHECK (((from_account ~~ 'wallet:_%'::text) OR (from_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text])))),
    CONSTRAINT transfer_to_account_check CHECK (((to_account ~~ 'wallet:_%'::text) OR (to_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text]))))
);


--
-- Name: transfer_2027_01; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_2027_01 (
    id bigint NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    from_account text NOT NULL,
    to_account text NOT NULL,
    amount_cents bigint NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT transfer_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT transfer_check CHECK ((from_account <> to_account)),
    CONSTRAINT transfer_from_account_check CHECK (((from_account ~~ 'wallet:_%'::text) OR (from_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text])))),
    CONSTRAINT transfer_to_account_check CHECK (((to_account ~~ 'wallet:_%'::text) OR (to_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text]))))
);


--
-- Name: transfer_2027_02; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_2027_02 (
    id bigint NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    from_account text NOT NULL,
    to_account text NOT NULL,
    amount_cents bigint NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT transfer_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT transfer_check CHECK ((from_account <> to_account)),
    CONSTRAINT transfer_from_account_check CHECK (((from_account ~~ 'wallet:_%'::text) OR (from_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text])))),
    CONSTRAINT transfer_to_account_check CHECK (((to_account ~~ 'wallet:_%'::text) OR (to_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text]))))
);


--
-- Name: transfer_cause; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_cause (
    cause text NOT NULL,
    at_ms bigint
)
PARTITION BY HASH (cause);


--
-- Name: COLUMN transfer_cause.at_ms; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.transfer_cause.at_ms IS 'when it was booked; -1: archived before this was kept';


--
-- Name: transfer_cause_0; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_cause_0 (
    cause text NOT NULL,
    at_ms bigint
);


--
-- Name: transfer_cause_1; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_cause_1 (
    cause text NOT NULL,
    at_ms bigint
);


--
-- Name: transfer_cause_2; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_cause_2 (
    cause text NOT NULL,
    at_ms bigint
);


--
-- Name: transfer_cause_3; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_cause_3 (
    cause text NOT NULL,
    at_ms bigint
);


--
-- Name: transfer_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.transfer ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.transfer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: transfer_other; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfer_other (
    id bigint NOT NULL,
    cause text NOT NULL,
    reason text NOT NULL,
    from_account text NOT NULL,
    to_account text NOT NULL,
    amount_cents bigint NOT NULL,
    at_ms bigint NOT NULL,
    CONSTRAINT transfer_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT transfer_check CHECK ((from_account <> to_account)),
    CONSTRAINT transfer_from_account_check CHECK (((from_account ~~ 'wallet:_%'::text) OR (from_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text])))),
    CONSTRAINT transfer_to_account_check CHECK (((to_account ~~ 'wallet:_%'::text) OR (to_account = ANY (ARRAY['mpesa'::text, 'stakes'::text, 'house'::text, 'promo'::text, 'payouts'::text, 'suspense'::text, 'excise'::text, 'withholding'::text]))))
);


--
-- Name: ussd_session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ussd_session (
    id text NOT NULL,
    gateway text NOT NULL,
    network text NOT NULL,
    service_code text NOT NULL,
    status text NOT NULL,
    word text NOT NULL,
    hops bigint,
    duration_ms bigint,
    cost text NOT NULL,
    cost_cents bigint,
    last_screen text NOT NULL,
    is_known bigint NOT NULL,
    told_at_ms bigint NOT NULL,
    CONSTRAINT ussd_session_cost_cents_check CHECK ((cost_cents >= 0)),
    CONSTRAINT ussd_session_duration_ms_check CHECK ((duration_ms >= 0)),
    CONSTRAINT ussd_session_hops_check CHECK ((hops >= 0)),
    CONSTRAINT ussd_session_is_known_check CHECK ((is_known = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT ussd_session_status_check CHECK ((status = ANY (ARRAY['success'::text, 'incomplete'::text, 'failed'::text, 'other'::text])))
);


--
-- Name: wallet; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wallet (
    player_id text NOT NULL,
    balance_cents bigint DEFAULT 0 NOT NULL,
    CONSTRAINT wallet_balance_cents_check CHECK ((balance_cents >= 0))
);


--
-- Name: withdrawal; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.withdrawal (
    id text NOT NULL,
    player_id text NOT NULL,
    originator_id text NOT NULL,
    state text NOT NULL,
    amount_cents bigint NOT NULL,
    fee_cents bigint NOT NULL,
    tax_cents bigint NOT NULL,
    payout_cents bigint NOT NULL,
    receipt text,
    flagged bigint DEFAULT 0 NOT NULL,
    failure text,
    requested_at_ms bigint NOT NULL,
    sent_at_ms bigint,
    ended_at_ms bigint,
    doubtful bigint DEFAULT 0 NOT NULL,
    unheard_of bigint DEFAULT 0 NOT NULL,
    due_at_ms bigint,
    lease bigint DEFAULT 0 NOT NULL,
    attempt bigint DEFAULT 0 NOT NULL,
    flagged_at_ms bigint,
    trace_id text,
    CONSTRAINT withdrawal_amount_cents_check CHECK ((amount_cents > 0)),
    CONSTRAINT withdrawal_check CHECK (((state <> 'paid'::text) OR (receipt IS NOT NULL))),
    CONSTRAINT withdrawal_doubtful_check CHECK ((doubtful = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT withdrawal_fee_cents_check CHECK ((fee_cents >= 0)),
    CONSTRAINT withdrawal_flagged_check CHECK ((flagged = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CONSTRAINT withdrawal_payout_cents_check CHECK ((payout_cents > 0)),
    CONSTRAINT withdrawal_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'sent'::text, 'unknown'::text, 'paid'::text, 'failed'::text]))),
    CONSTRAINT withdrawal_tax_cents_check CHECK ((tax_cents >= 0))
);


--
-- Name: transfer_2026_11; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer ATTACH PARTITION public.transfer_2026_11 FOR VALUES FROM ('1793491200000') TO ('1796083200000');


--
-- Name: transfer_2026_12; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer ATTACH PARTITION public.transfer_2026_12 FOR VALUES FROM ('1796083200000') TO ('1798761600000');


--
-- Name: transfer_2027_01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer ATTACH PARTITION public.transfer_2027_01 FOR VALUES FROM ('1798761600000') TO ('1801440000000');


--
-- Name: transfer_2027_02; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer ATTACH PARTITION public.transfer_2027_02 FOR VALUES FROM ('1801440000000') TO ('1803859200000');


--
-- Name: transfer_cause_0; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause ATTACH PARTITION public.transfer_cause_0 FOR VALUES WITH (modulus 4, remainder 0);


--
-- Name: transfer_cause_1; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause ATTACH PARTITION public.transfer_cause_1 FOR VALUES WITH (modulus 4, remainder 1);


--
-- Name: transfer_cause_2; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause ATTACH PARTITION public.transfer_cause_2 FOR VALUES WITH (modulus 4, remainder 2);


--
-- Name: transfer_cause_3; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause ATTACH PARTITION public.transfer_cause_3 FOR VALUES WITH (modulus 4, remainder 3);


--
-- Name: transfer_other; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer ATTACH PARTITION public.transfer_other DEFAULT;


--
-- Data for Name: _sqlx_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public._sqlx_migrations VALUES (1, 'ledger and players', '2026-11-22 23:52:20.327167+00', true, '\x6f254fdf754ad3fa2eb7c97f54c6903b86b99077d99db22b8898e1c16981c838efc9cb2c0d26f3395cbeb3b0d175d4cc', 88831707);
INSERT INTO public._sqlx_migrations VALUES (2, 'game', '2026-11-22 23:52:20.430848+00', true, '\x41201b082360355347c629731fa642c87ea566aec49a2ae27693626feb05bfe49d3a0b70c6c6c0126919ed076d3b5049', 164898684);
INSERT INTO public._sqlx_migrations VALUES (3, 'providers', '2026-11-22 23:52:20.604073+00', true, '\xed02db15397f0836682703053f4a393a84a48d662b87887896aaec1ab604b537694359699e95321ac3915ca09cd15872', 51739229);
INSERT INTO public._sqlx_migrations VALUES (4, 'guards', '2026-11-23 03:00:00.67715+00', true, '\xeb973854b7266cfaf7d47e7bf668b206706a871d61d12c76cb0e27a7ac68f95e9faac60ce4a03b5dd87213e32632cdbd', 19907961);
INSERT INTO public._sqlx_migrations VALUES (5, 'ussd sessions', '2026-11-23 03:00:00.699786+00', true, '\x2aae1a9327d49f5e3fa29834a7d8ec0a7bc1a03093bb23d3004dadcad0e262f769042a3b8c65eb32e114d48e50668b2f', 4742378);
INSERT INTO public._sqlx_migrations VALUES (6, 'sms inbound', '2026-11-23 03:00:00.702664+00', true, '\xe066053f0d494a79c1c7c0719fc2b8fe488e6845349ed9d2f1f11f825174bcd1990ac604017ff978e5c9f0015c0683f6', 3685705);
INSERT INTO public._sqlx_migrations VALUES (7, 'question withdrawal', '2026-11-23 03:00:00.70661+00', true, '\x9a1b2f2fc9593fa32ada6a75761237fcb990d65da43fa0eccbab4630fa2bc10236d374d5af5960a4a1e6e9c324a7cc01', 10110929);
INSERT INTO public._sqlx_migrations VALUES (8, 'withdrawals', '2026-11-23 03:00:00.71709+00', true, '\x400b7f85d8ed331278107a1507aa6f731b712834dcaa55eadad4c0d9b2b1bcbb8a632fdbfbb420acb5301fa5148ea791', 11626626);
INSERT INTO public._sqlx_migrations VALUES (9, 'paybill', '2026-11-23 03:00:00.729118+00', true, '\xf7a2684980c1e8e205177f111a4163a5925457e8d85d23ec0a47491cb95abb3a5d72d4adacfec6dba26689ddb2188d54', 15328845);
INSERT INTO public._sqlx_migrations VALUES (10, 'inbox headers', '2026-11-23 03:00:00.744933+00', true, '\xbc9a3174a9b30748d490a5d7527ac06f197df5f07908d9153fef427ae3620f64e10374f0fc0f4386b9ccd17d8489b637', 1476738);
INSERT INTO public._sqlx_migrations VALUES (11, 'balance reports', '2026-11-23 06:13:13.673799+00', true, '\x6e353f7fdc7892e8100fb4a3c048210fde266d608b76e0e6dd8d4df49982dbb7683abe3fb9527ef76c817f1152250f92', 30344264);
INSERT INTO public._sqlx_migrations VALUES (12, 'circuits', '2026-11-23 06:13:13.707995+00', true, '\x6ae1629c618204ae44eac53f329d7ad6971af122b54105a3089197f85e8d952c338c1838f1e610be7d19772824d336b9', 11963316);
INSERT INTO public._sqlx_migrations VALUES (13, 'sms senders', '2026-11-23 06:13:13.720968+00', true, '\x0f1cc606708ea6733dfc47cc01e3e3cf4cbe612a709465269c2e9c5e61b9fa8a5cc28105341efce3af039c9487776098', 4432998);
INSERT INTO public._sqlx_migrations VALUES (14, 'callers', '2026-11-23 06:13:13.725848+00', true, '\xfef32373bf85c0cc474564e31adc6bb3e9cf27a34cad5ebb9167ab4316077489b6d5a544ce3709f00f194240bae62900', 1524860);
INSERT INTO public._sqlx_migrations VALUES (15, 'audit', '2026-11-29 08:52:07.203501+00', true, '\x64fa09d36dc3c45f42472c4da937e7c6224b1869bfd95910f46ca9068b3538e2aef71142a8e2f995bdcaf18c8ea71de2', 13608407);
INSERT INTO public._sqlx_migrations VALUES (16, 'admins', '2026-11-29 08:52:07.217654+00', true, '\x0106b1de2d1017347f081db9b1c1c04663b3b4ba414f371bc06ca84485e3e7aa93caadb05ff6c9553dadbbad5d96a21c', 13948965);
INSERT INTO public._sqlx_migrations VALUES (17, 'operator acts', '2026-11-29 08:52:07.233939+00', true, '\x0a068fbd9526e818c767f09535e011b9b6048a4579fe299929b3a34e3e2a3147130b63a0c25a0d99ef06e79b6726ae23', 19710117);
INSERT INTO public._sqlx_migrations VALUES (18, 'fair play', '2026-11-29 08:52:07.254773+00', true, '\x1a20bd6626743308d51a3ff3df226757ef48565704d2ed893c0c2db37caaa787aafe57ec788a3185ad5b661b73574cce', 50382450);
INSERT INTO public._sqlx_migrations VALUES (19, 'erasure', '2026-11-29 08:52:07.30619+00', true, '\x49f924e3e168f1971f83c662e01b13ec9983a9b1c320724ebd2996f3594bf299652dcc80959b62623f41deea1a2802b7', 1736990);
INSERT INTO public._sqlx_migrations VALUES (20, 'house rules', '2026-11-29 08:52:07.308642+00', true, '\x700c100edf8426d40c36a8e26352afc509e1301eabc4416be705f6f95d66254196019171103a3d1a73502d301edef7c4', 8012140);
INSERT INTO public._sqlx_migrations VALUES (21, 'traces', '2026-11-29 08:52:07.317001+00', true, '\x6da060d3c4add4d9c8110a1445bc2b18765a20097e85169b129717e5c9ddcffa791450dbd2b0c7deb21b476379b029fc', 1682560);
INSERT INTO public._sqlx_migrations VALUES (22, 'late payouts', '2026-11-29 08:52:07.319018+00', true, '\xfe5987494903fb1716dce1af4f74a5a8efba6df9bede2281e13b8fe71e793e7b4e205233dde98c8ef57c3c8e58dab339', 3624336);


--
-- Data for Name: adjustment; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: admin; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: admin_session; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: admin_try; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: answer; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.answer VALUES ('01M82TSR1TJ3ZPHMZ6RP4X3V4E', 1, 2, 0, 1795391545402, 1795391545437);
INSERT INTO public.answer VALUES ('01M82TSR1TJ3ZPHMZ6RP4X3V4E', 2, 1, 0, 1795391545444, 1795391545471);
INSERT INTO public.answer VALUES ('01M82TSR31TVMD97Q2AS5BAF58', 1, 1, 0, 1795391545441, 1795391545465);
INSERT INTO public.answer VALUES ('01M82TSR1TJ3ZPHMZ6RP4X3V4E', 3, 2, 0, 1795391545474, 1795391545484);
INSERT INTO public.answer VALUES ('01M82TSR31TVMD97Q2AS5BAF58', 2, 1, 0, 1795391545476, 1795391545506);
INSERT INTO public.answer VALUES ('01M82TSR1TJ3ZPHMZ6RP4X3V4E', 4, 1, 1, 1795391545486, 1795391545508);
INSERT INTO public.answer VALUES ('01M82TSR31TVMD97Q2AS5BAF58', 3, 3, 1, 1795391545513, 1795391545525);
INSERT INTO public.answer VALUES ('01M82TSR1TJ3ZPHMZ6RP4X3V4E', 5, 1, 1, 1795391545513, 1795391545536);
INSERT INTO public.answer VALUES ('01M82TSR45HS7ZPWEY3PX9E6D7', 1, 1, 0, 1795391545477, 1795391545539);
INSERT INTO public.answer VALUES ('01M82TSR31TVMD97Q2AS5BAF58', 4, 1, 1, 1795391545529, 1795391545541);
INSERT INTO public.answer VALUES ('01M82TSR31TVMD97Q2AS5BAF58', 5, 2, 0, 1795391545550, 1795391545566);
INSERT INTO public.answer VALUES ('01M82TSR45HS7ZPWEY3PX9E6D7', 2, 1, 1, 1795391545543, 1795391545562);
INSERT INTO public.answer VALUES ('01M82TSR45HS7ZPWEY3PX9E6D7', 3, 3, 0, 1795391545570, 1795391545582);
INSERT INTO public.answer VALUES ('01M82TSR45HS7ZPWEY3PX9E6D7', 4, 1, 0, 1795391545587, 1795391545601);
INSERT INTO public.answer VALUES ('01M82TSR45HS7ZPWEY3PX9E6D7', 5, 1, 0, 1795391545604, 1795391545612);


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: balance_question; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: balance_report; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: callback; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.callback VALUES ('01M82TSQW6RG083H8JZEFDFSRE', 'stk', '01a205acd8eca6b28eb5a7fbf49ffdb1', '\x7b22426f6479223a7b2273746b43616c6c6261636b223a7b224d65726368616e74526571756573744944223a2234333434392d35353634353739362d31222c22436865636b6f7574526571756573744944223a2277735f434f5f3233313132303236303235323234383933323230373130303030303031222c22526573756c74436f6465223a302c22526573756c7444657363223a22546865207365727669636520726571756573742069732070726f636573736564207375636365737366756c6c792e222c2243616c6c6261636b4d65746164617461223a7b224974656d223a5b7b224e616d65223a22416d6f756e74222c2256616c7565223a3130302e30307d2c7b224e616d65223a224d70657361526563656970744e756d626572222c2256616c7565223a22554b4e59303432445136227d2c7b224e616d65223a2242616c616e6365227d2c7b224e616d65223a225472616e73616374696f6e44617465222c2256616c7565223a32303236313132333032353232347d2c7b224e616d65223a2250686f6e654e756d626572222c2256616c7565223a3235343731303030303030317d5d7d7d7d7d', '127.0.0.1', 1795391545222, 'done', 'credited', NULL, 1, 1, '', 0, NULL, 0);
INSERT INTO public.callback VALUES ('01M82TSQWEJYEGGTF4SDJ7V79F', 'stk', '01a205acd90d001be008abf3eafa6bcf', '\x7b22426f6479223a7b2273746b43616c6c6261636b223a7b224d65726368616e74526571756573744944223a2234353831312d37333231383339342d31222c22436865636b6f7574526571756573744944223a2277735f434f5f3233313132303236303235323234373439303338373130303030303030222c22526573756c74436f6465223a302c22526573756c7444657363223a22546865207365727669636520726571756573742069732070726f636573736564207375636365737366756c6c792e222c2243616c6c6261636b4d65746164617461223a7b224974656d223a5b7b224e616d65223a22416d6f756e74222c2256616c7565223a3130302e30307d2c7b224e616d65223a224d70657361526563656970744e756d626572222c2256616c7565223a22554b4e394c55574f5953227d2c7b224e616d65223a2242616c616e6365227d2c7b224e616d65223a225472616e73616374696f6e44617465222c2256616c7565223a32303236313132333032353232347d2c7b224e616d65223a2250686f6e654e756d626572222c2256616c7565223a3235343731303030303030307d5d7d7d7d7d', '127.0.0.1', 1795391545230, 'done', 'credited', NULL, 1, 1, '', 0, NULL, 0);
INSERT INTO public.callback VALUES ('01M82TSQX0CBYAS54S6Q3B3STF', 'stk', '01a205acd941a3e384e5bcb634786af7', '\x7b22426f6479223a7b2273746b43616c6c6261636b223a7b224d65726368616e74526571756573744944223a2238363038392d38353239313839372d31222c22436865636b6f7574526571756573744944223a2277735f434f5f3233313132303236303235323234353039333332373130303030303032222c22526573756c74436f6465223a302c22526573756c7444657363223a22546865207365727669636520726571756573742069732070726f636573736564207375636365737366756c6c792e222c2243616c6c6261636b4d65746164617461223a7b224974656d223a5b7b224e616d65223a22416d6f756e74222c2256616c7565223a3130302e30307d2c7b224e616d65223a224d70657361526563656970744e756d626572222c2256616c7565223a22554b4e43395430455038227d2c7b224e616d65223a2242616c616e6365227d2c7b224e616d65223a225472616e73616374696f6e44617465222c2256616c7565223a32303236313132333032353232347d2c7b224e616d65223a2250686f6e654e756d626572222c2256616c7565223a3235343731303030303030327d5d7d7d7d7d', '127.0.0.1', 1795391545248, 'done', 'credited', NULL, 1, 1, '', 0, NULL, 0);
INSERT INTO public.callback VALUES ('01M82TSRDSXE5N08RZYGSPFCX8', 'sms_delivery', '', '\x70686f6e654e756d6265723d253242323534373130303030303030267265747279436f756e743d302669643d41545869645f3535613938336231643865373866656264376261636131643936363539373661267374617475733d53756363657373266e6574776f726b436f64653d3633393032', '127.0.0.1', 1795391545785, 'done', 'delivered', NULL, 1, 1, '', 0, NULL, 0);
INSERT INTO public.callback VALUES ('01M82TSRDRN5XB6HWSG9M15QVQ', 'sms_delivery', '', '\x70686f6e654e756d6265723d253242323534373130303030303031267265747279436f756e743d302669643d41545869645f3833393164376633636265623934343734646631653937383232633463396238267374617475733d53756363657373266e6574776f726b436f64653d3633393032', '127.0.0.1', 1795391545784, 'done', 'delivered', NULL, 1, 1, '', 0, NULL, 0);
INSERT INTO public.callback VALUES ('01M82TSRE3VFNWW60M5TFYXCR1', 'sms_delivery', '', '\x70686f6e654e756d6265723d253242323534373130303030303032267265747279436f756e743d302669643d41545869645f3463376564633464353332336265316537646466653131663234633331353161267374617475733d53756363657373266e6574776f726b436f64653d3633393032', '127.0.0.1', 1795391545795, 'done', 'delivered', NULL, 1, 1, '', 0, NULL, 0);
INSERT INTO public.callback VALUES ('01M82TSRR6NESR0CWQ1B56RHQH', 'sms_delivery', '', '\x70686f6e654e756d6265723d253242323534373130303030303030267265747279436f756e743d302669643d41545869645f3230343434373865303962646163383664373133633333346137356639623030267374617475733d53756363657373266e6574776f726b436f64653d3633393032', '127.0.0.1', 1795391546118, 'done', 'delivered', NULL, 1, 1, '', 0, NULL, 0);
INSERT INTO public.callback VALUES ('01M82TSRR9F84J5AMWZQ8VK96B', 'sms_delivery', '', '\x70686f6e654e756d6265723d253242323534373130303030303031267265747279436f756e743d302669643d41545869645f6434376238623161666463633962636238333033383034386466376233366130267374617475733d53756363657373266e6574776f726b436f64653d3633393032', '127.0.0.1', 1795391546121, 'done', 'delivered', NULL, 1, 1, '', 0, NULL, 0);


--
-- Data for Name: category; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.category VALUES ('bible', 'Bible');


--
-- Data for Name: chore; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: circuit; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: deposit; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.deposit VALUES ('01a205acd8eca6b28eb5a7fbf49ffdb1', '01M82TSP6JY2NRTR3QFQXRNKGE', 'XDD7ZFT9ZZDH', 'paid', 10000, 10000, 'UKNY042DQ6', 0, 'ws_CO_23112026025224893220710000001', NULL, 1795391543532, 1795391544156, NULL, 1, 0, 0, NULL, NULL, NULL);
INSERT INTO public.deposit VALUES ('01a205acd90d001be008abf3eafa6bcf', '01M82TSP6MWMP4QRYPXG4RNB7S', '025BYFNFMTYF', 'paid', 10000, 10000, 'UKN9LUWOYS', 0, 'ws_CO_23112026025224749038710000000', NULL, 1795391543565, 1795391544156, NULL, 1, 0, 0, NULL, NULL, NULL);
INSERT INTO public.deposit VALUES ('01a205acd941a3e384e5bcb634786af7', '01M82TSP6VV04VC12JYG4A6GV6', '9SDWPRT7GTQQ', 'paid', 10000, 10000, 'UKNC9T0EP8', 0, 'ws_CO_23112026025224509332710000002', NULL, 1795391543617, 1795391544156, NULL, 1, 0, 0, NULL, NULL, NULL);


--
-- Data for Name: deposit_limit; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: deposit_payer; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.entry VALUES ('01M82TSR1TJ3ZPHMZ6RP4X3V4E', '01M82TSR1EKPMC6Z3KTWR1RWDT', 1, '01M82TSP6JY2NRTR3QFQXRNKGE', 'lost', '132 231 132 213 132', 6, 1795391545542, 0, 117, 5, 2, 0, 1795391545402, 1795391545536, NULL, 0);
INSERT INTO public.entry VALUES ('01M82TSR31TVMD97Q2AS5BAF58', '01M82TSR1EKPMC6Z3KTWR1RWDT', 2, '01M82TSP6MWMP4QRYPXG4RNB7S', 'won', '231 213 321 321 213', 6, 1795391545568, 0, 94, 5, 2, 8000, 1795391545441, 1795391545566, NULL, 0);
INSERT INTO public.entry VALUES ('01M82TSR45HS7ZPWEY3PX9E6D7', '01M82TSR286NC2P3JM1GC605S2', 1, '01M82TSP6VV04VC12JYG4A6GV6', 'waiting', '213 132 312 123 132', 6, 1795391545618, 0, 115, 5, 1, 0, 1795391545477, 1795391545612, 1795393345477, 0);


--
-- Data for Name: fair_flag; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: fair_flag_player; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: fair_look; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: fair_meeting; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: fair_pace; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: fair_pool; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: fair_seat; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: game_match; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.game_match VALUES ('01M82TSR1EKPMC6Z3KTWR1RWDT', '01M82TSR31TVMD97Q2AS5BAF58', 1795391545587);


--
-- Data for Name: gate; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: hop_receipt; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.hop_receipt VALUES ('ATUid_9c3b5ef5a94e22f30dcccba960e62eec', '1*1', '+254710000001', '{"phone":"+254710000001","player":"01M82TSP6JY2NRTR3QFQXRNKGE","transcript":"1*1","state":{"locale":"en","screen":"home","page":0,"values":{"balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}}]}', 1795391543506);
INSERT INTO public.hop_receipt VALUES ('ATUid_a1f522b6932665fa074f8878fe1ed289', '1*1', '+254710000000', '{"phone":"+254710000000","player":"01M82TSP6MWMP4QRYPXG4RNB7S","transcript":"1*1","state":{"locale":"en","screen":"home","page":0,"values":{"balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}}]}', 1795391543508);
INSERT INTO public.hop_receipt VALUES ('ATUid_c75b5df23d19333ba24eeebf58aef6e9', '1*1', '+254710000002', '{"phone":"+254710000002","player":"01M82TSP6VV04VC12JYG4A6GV6","transcript":"1*1","state":{"locale":"en","screen":"home","page":0,"values":{"balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}}]}', 1795391543515);
INSERT INTO public.hop_receipt VALUES ('ATUid_9c3b5ef5a94e22f30dcccba960e62eec', '1*1*2*2', '+254710000001', '{"phone":"+254710000001","player":"01M82TSP6JY2NRTR3QFQXRNKGE","transcript":"1*1*2*2","state":{"locale":"en","screen":"deposit_sent","page":0,"values":{"amount":"100","balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":5,"shown":{"screen":"deposit","text":"Deposit to Majibu. Choose, or type an amount from 10 to 70,000:\n1. KES 50\n2. KES 100\n3. KES 200\n4. KES 500\n0. Back","ends":false}},{"length":7,"shown":{"screen":"deposit_sent","text":"Deposit of KES 100: in a moment M-Pesa asks for your PIN. Enter it to pay. We send an SMS when the money is in.","ends":true}}]}', 1795391543532);
INSERT INTO public.hop_receipt VALUES ('ATUid_a1f522b6932665fa074f8878fe1ed289', '1*1*2*2', '+254710000000', '{"phone":"+254710000000","player":"01M82TSP6MWMP4QRYPXG4RNB7S","transcript":"1*1*2*2","state":{"locale":"en","screen":"deposit_sent","page":0,"values":{"amount":"100","balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":5,"shown":{"screen":"deposit","text":"Deposit to Majibu. Choose, or type an amount from 10 to 70,000:\n1. KES 50\n2. KES 100\n3. KES 200\n4. KES 500\n0. Back","ends":false}},{"length":7,"shown":{"screen":"deposit_sent","text":"Deposit of KES 100: in a moment M-Pesa asks for your PIN. Enter it to pay. We send an SMS when the money is in.","ends":true}}]}', 1795391543565);
INSERT INTO public.hop_receipt VALUES ('ATUid_c75b5df23d19333ba24eeebf58aef6e9', '1*1*2*2', '+254710000002', '{"phone":"+254710000002","player":"01M82TSP6VV04VC12JYG4A6GV6","transcript":"1*1*2*2","state":{"locale":"en","screen":"deposit_sent","page":0,"values":{"amount":"100","balance":"0","locale":"en","name":"English"},"items":[]},"replies":[{"length":0,"shown":{"screen":"language","text":"Majibu: answer, win.\nLanguage / Lugha:\n1. English\n2. Kiswahili","ends":false}},{"length":1,"shown":{"screen":"terms","text":"You must be 18 or older. Win 160% of your stake; without an opponent it comes back. I am 18+ and accept the terms:\n1. Yes\n2. No\n0. Back","ends":false}},{"length":3,"shown":{"screen":"home","text":"Majibu. Balance KES 0\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":5,"shown":{"screen":"deposit","text":"Deposit to Majibu. Choose, or type an amount from 10 to 70,000:\n1. KES 50\n2. KES 100\n3. KES 200\n4. KES 500\n0. Back","ends":false}},{"length":7,"shown":{"screen":"deposit_sent","text":"Deposit of KES 100: in a moment M-Pesa asks for your PIN. Enter it to pay. We send an SMS when the money is in.","ends":true}}]}', 1795391543617);
INSERT INTO public.hop_receipt VALUES ('ATUid_d9a54fcf86dc835aa028920dc59b0b43', '1*1*2*1', '+254710000001', '{"phone":"+254710000001","player":"01M82TSP6JY2NRTR3QFQXRNKGE","transcript":"1*1*2*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","entry":"01M82TSR1TJ3ZPHMZ6RP4X3V4E","n":"1","name":"Bible","of":"5","question":"Which animals did the prodigal son feed?","stake":"50"},"items":[{"value":"1","values":{"choice":"Sheep"}},{"value":"3","values":{"choice":"Pigs"}},{"value":"2","values":{"choice":"Camels"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Pigs\n3. Camels","ends":false}}]}', 1795391545390);
INSERT INTO public.hop_receipt VALUES ('ATUid_b23f7b21412134bb470ee3b7f46b4901', '1*1*2*1', '+254710000000', '{"phone":"+254710000000","player":"01M82TSP6MWMP4QRYPXG4RNB7S","transcript":"1*1*2*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","entry":"01M82TSR31TVMD97Q2AS5BAF58","n":"1","name":"Bible","of":"5","question":"Which animals did the prodigal son feed?","stake":"50"},"items":[{"value":"2","values":{"choice":"Camels"}},{"value":"3","values":{"choice":"Pigs"}},{"value":"1","values":{"choice":"Sheep"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}}]}', 1795391545392);
INSERT INTO public.hop_receipt VALUES ('ATUid_d9a54fcf86dc835aa028920dc59b0b43', '1*1*2*1*3', '+254710000001', '{"phone":"+254710000001","player":"01M82TSP6JY2NRTR3QFQXRNKGE","transcript":"1*1*2*1*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"2","entry":"01M82TSR1TJ3ZPHMZ6RP4X3V4E","n":"2","name":"Bible","of":"5","question":"How many stones did David pick to face Goliath?","stake":"50"},"items":[{"value":"2","values":{"choice":"5"}},{"value":"3","values":{"choice":"12"}},{"value":"1","values":{"choice":"3"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Pigs\n3. Camels","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}}]}', 1795391545437);
INSERT INTO public.hop_receipt VALUES ('ATUid_d9a54fcf86dc835aa028920dc59b0b43', '1*1*2*1*3*3*3', '+254710000001', '{"phone":"+254710000001","player":"01M82TSP6JY2NRTR3QFQXRNKGE","transcript":"1*1*2*1*3*3*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"2","entry":"01M82TSR1TJ3ZPHMZ6RP4X3V4E","n":"4","name":"Bible","of":"5","question":"Who killed Sisera with a tent peg?","stake":"50"},"items":[{"value":"2","values":{"choice":"Rahab"}},{"value":"1","values":{"choice":"Jael"}},{"value":"3","values":{"choice":"Deborah"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Pigs\n3. Camels","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Psalms\n3. Proverbs","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Rahab\n2. Jael\n3. Deborah","ends":false}}]}', 1795391545484);
INSERT INTO public.hop_receipt VALUES ('ATUid_d9a54fcf86dc835aa028920dc59b0b43', '1*1*2*1*3*3*3*2', '+254710000001', '{"phone":"+254710000001","player":"01M82TSP6JY2NRTR3QFQXRNKGE","transcript":"1*1*2*1*3*3*3*2","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSR1TJ3ZPHMZ6RP4X3V4E","n":"5","name":"Bible","of":"5","question":"Who washed his hands at the trial of Jesus?","stake":"50"},"items":[{"value":"1","values":{"choice":"Pilate"}},{"value":"3","values":{"choice":"Caiaphas"}},{"value":"2","values":{"choice":"Herod"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Pigs\n3. Camels","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Psalms\n3. Proverbs","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Rahab\n2. Jael\n3. Deborah","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Who washed his hands at the trial of Jesus?\n1. Pilate\n2. Caiaphas\n3. Herod","ends":false}}]}', 1795391545508);
INSERT INTO public.hop_receipt VALUES ('ATUid_fa3b87de828069355ea87244f4e4cb3a', '1*1*2*1*2', '+254710000002', '{"phone":"+254710000002","player":"01M82TSP6VV04VC12JYG4A6GV6","transcript":"1*1*2*1*2","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSR45HS7ZPWEY3PX9E6D7","n":"2","name":"Bible","of":"5","question":"Who washed his hands at the trial of Jesus?","stake":"50"},"items":[{"value":"1","values":{"choice":"Pilate"}},{"value":"3","values":{"choice":"Caiaphas"}},{"value":"2","values":{"choice":"Herod"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which book says ''The Lord is my shepherd''?\n1. Proverbs\n2. Isaiah\n3. Psalms","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Who washed his hands at the trial of Jesus?\n1. Pilate\n2. Caiaphas\n3. Herod","ends":false}}]}', 1795391545539);
INSERT INTO public.hop_receipt VALUES ('ATUid_d9a54fcf86dc835aa028920dc59b0b43', '1*1*2*1*3*3', '+254710000001', '{"phone":"+254710000001","player":"01M82TSP6JY2NRTR3QFQXRNKGE","transcript":"1*1*2*1*3*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSR1TJ3ZPHMZ6RP4X3V4E","n":"3","name":"Bible","of":"5","question":"Which book says ''The Lord is my shepherd''?","stake":"50"},"items":[{"value":"1","values":{"choice":"Isaiah"}},{"value":"3","values":{"choice":"Psalms"}},{"value":"2","values":{"choice":"Proverbs"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Pigs\n3. Camels","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Psalms\n3. Proverbs","ends":false}}]}', 1795391545471);
INSERT INTO public.hop_receipt VALUES ('ATUid_b23f7b21412134bb470ee3b7f46b4901', '1*1*2*1*3', '+254710000000', '{"phone":"+254710000000","player":"01M82TSP6MWMP4QRYPXG4RNB7S","transcript":"1*1*2*1*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSR31TVMD97Q2AS5BAF58","n":"2","name":"Bible","of":"5","question":"How many stones did David pick to face Goliath?","stake":"50"},"items":[{"value":"2","values":{"choice":"5"}},{"value":"1","values":{"choice":"3"}},{"value":"3","values":{"choice":"12"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 3\n3. 12","ends":false}}]}', 1795391545465);
INSERT INTO public.hop_receipt VALUES ('ATUid_b23f7b21412134bb470ee3b7f46b4901', '1*1*2*1*3*2', '+254710000000', '{"phone":"+254710000000","player":"01M82TSP6MWMP4QRYPXG4RNB7S","transcript":"1*1*2*1*3*2","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSR31TVMD97Q2AS5BAF58","n":"3","name":"Bible","of":"5","question":"Which book says ''The Lord is my shepherd''?","stake":"50"},"items":[{"value":"3","values":{"choice":"Psalms"}},{"value":"2","values":{"choice":"Proverbs"}},{"value":"1","values":{"choice":"Isaiah"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 3\n3. 12","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}}]}', 1795391545506);
INSERT INTO public.hop_receipt VALUES ('ATUid_fa3b87de828069355ea87244f4e4cb3a', '1*1*2*1', '+254710000002', '{"phone":"+254710000002","player":"01M82TSP6VV04VC12JYG4A6GV6","transcript":"1*1*2*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","entry":"01M82TSR45HS7ZPWEY3PX9E6D7","n":"1","name":"Bible","of":"5","question":"Which book says ''The Lord is my shepherd''?","stake":"50"},"items":[{"value":"2","values":{"choice":"Proverbs"}},{"value":"1","values":{"choice":"Isaiah"}},{"value":"3","values":{"choice":"Psalms"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which book says ''The Lord is my shepherd''?\n1. Proverbs\n2. Isaiah\n3. Psalms","ends":false}}]}', 1795391545416);
INSERT INTO public.hop_receipt VALUES ('ATUid_d9a54fcf86dc835aa028920dc59b0b43', '1*1*2*1*3*3*3*2*1', '+254710000001', '{"phone":"+254710000001","player":"01M82TSP6JY2NRTR3QFQXRNKGE","transcript":"1*1*2*1*3*3*3*2*1","state":{"locale":"en","screen":"waiting","page":0,"values":{"amount":"50","balance":"50","bounty":"80","by":"03:22","category":"Bible","choice":"1","correct":"2","ending":"done","entry":"01M82TSR1TJ3ZPHMZ6RP4X3V4E","n":"5","name":"Bible","of":"5","question":"Who washed his hands at the trial of Jesus?","seconds":"0.1","stake":"50"},"items":[{"value":"1","values":{"choice":"Pilate"}},{"value":"3","values":{"choice":"Caiaphas"}},{"value":"2","values":{"choice":"Herod"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Pigs\n3. Camels","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 12\n3. 3","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Which book says ''The Lord is my shepherd''?\n1. Isaiah\n2. Psalms\n3. Proverbs","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Rahab\n2. Jael\n3. Deborah","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Who washed his hands at the trial of Jesus?\n1. Pilate\n2. Caiaphas\n3. Herod","ends":false}},{"length":17,"shown":{"screen":"waiting","text":"Done! 2/5 right in 0.1s. We will send the result by SMS, by 03:22 at the latest.","ends":true}}]}', 1795391545536);
INSERT INTO public.hop_receipt VALUES ('ATUid_fa3b87de828069355ea87244f4e4cb3a', '1*1*2*1*2*1*1', '+254710000002', '{"phone":"+254710000002","player":"01M82TSP6VV04VC12JYG4A6GV6","transcript":"1*1*2*1*2*1*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"3","entry":"01M82TSR45HS7ZPWEY3PX9E6D7","n":"4","name":"Bible","of":"5","question":"Which animals did the prodigal son feed?","stake":"50"},"items":[{"value":"1","values":{"choice":"Sheep"}},{"value":"2","values":{"choice":"Camels"}},{"value":"3","values":{"choice":"Pigs"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which book says ''The Lord is my shepherd''?\n1. Proverbs\n2. Isaiah\n3. Psalms","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Who washed his hands at the trial of Jesus?\n1. Pilate\n2. Caiaphas\n3. Herod","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who was Timothy''s mother?\n1. Lydia\n2. Lois\n3. Eunice","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Camels\n3. Pigs","ends":false}}]}', 1795391545582);
INSERT INTO public.hop_receipt VALUES ('ATUid_b23f7b21412134bb470ee3b7f46b4901', '1*1*2*1*3*2*1', '+254710000000', '{"phone":"+254710000000","player":"01M82TSP6MWMP4QRYPXG4RNB7S","transcript":"1*1*2*1*3*2*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"3","entry":"01M82TSR31TVMD97Q2AS5BAF58","n":"4","name":"Bible","of":"5","question":"Who killed Sisera with a tent peg?","stake":"50"},"items":[{"value":"3","values":{"choice":"Deborah"}},{"value":"2","values":{"choice":"Rahab"}},{"value":"1","values":{"choice":"Jael"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 3\n3. 12","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Rahab\n3. Jael","ends":false}}]}', 1795391545525);
INSERT INTO public.hop_receipt VALUES ('ATUid_b23f7b21412134bb470ee3b7f46b4901', '1*1*2*1*3*2*1*3', '+254710000000', '{"phone":"+254710000000","player":"01M82TSP6MWMP4QRYPXG4RNB7S","transcript":"1*1*2*1*3*2*1*3","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSR31TVMD97Q2AS5BAF58","n":"5","name":"Bible","of":"5","question":"Who washed his hands at the trial of Jesus?","stake":"50"},"items":[{"value":"2","values":{"choice":"Herod"}},{"value":"1","values":{"choice":"Pilate"}},{"value":"3","values":{"choice":"Caiaphas"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 3\n3. 12","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Rahab\n3. Jael","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Who washed his hands at the trial of Jesus?\n1. Herod\n2. Pilate\n3. Caiaphas","ends":false}}]}', 1795391545541);
INSERT INTO public.hop_receipt VALUES ('ATUid_fa3b87de828069355ea87244f4e4cb3a', '1*1*2*1*2*1', '+254710000002', '{"phone":"+254710000002","player":"01M82TSP6VV04VC12JYG4A6GV6","transcript":"1*1*2*1*2*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSR45HS7ZPWEY3PX9E6D7","n":"3","name":"Bible","of":"5","question":"Who was Timothy''s mother?","stake":"50"},"items":[{"value":"3","values":{"choice":"Lydia"}},{"value":"1","values":{"choice":"Lois"}},{"value":"2","values":{"choice":"Eunice"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which book says ''The Lord is my shepherd''?\n1. Proverbs\n2. Isaiah\n3. Psalms","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Who washed his hands at the trial of Jesus?\n1. Pilate\n2. Caiaphas\n3. Herod","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who was Timothy''s mother?\n1. Lydia\n2. Lois\n3. Eunice","ends":false}}]}', 1795391545562);
INSERT INTO public.hop_receipt VALUES ('ATUid_fa3b87de828069355ea87244f4e4cb3a', '1*1*2*1*2*1*1*1', '+254710000002', '{"phone":"+254710000002","player":"01M82TSP6VV04VC12JYG4A6GV6","transcript":"1*1*2*1*2*1*1*1","state":{"locale":"en","screen":"question","page":0,"values":{"amount":"50","balance":"50","bounty":"80","category":"Bible","choice":"1","entry":"01M82TSR45HS7ZPWEY3PX9E6D7","n":"5","name":"Bible","of":"5","question":"How many stones did David pick to face Goliath?","stake":"50"},"items":[{"value":"1","values":{"choice":"3"}},{"value":"3","values":{"choice":"12"}},{"value":"2","values":{"choice":"5"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which book says ''The Lord is my shepherd''?\n1. Proverbs\n2. Isaiah\n3. Psalms","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Who washed his hands at the trial of Jesus?\n1. Pilate\n2. Caiaphas\n3. Herod","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who was Timothy''s mother?\n1. Lydia\n2. Lois\n3. Eunice","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Camels\n3. Pigs","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 How many stones did David pick to face Goliath?\n1. 3\n2. 12\n3. 5","ends":false}}]}', 1795391545601);
INSERT INTO public.hop_receipt VALUES ('ATUid_b23f7b21412134bb470ee3b7f46b4901', '1*1*2*1*3*2*1*3*1', '+254710000000', '{"phone":"+254710000000","player":"01M82TSP6MWMP4QRYPXG4RNB7S","transcript":"1*1*2*1*3*2*1*3*1","state":{"locale":"en","screen":"won","page":0,"values":{"amount":"50","balance":"50","bounty":"80","by":"03:22","category":"Bible","choice":"2","correct":"2","ending":"done","entry":"01M82TSR31TVMD97Q2AS5BAF58","n":"5","name":"Bible","of":"5","opponent":"+25471xxx001","question":"Who washed his hands at the trial of Jesus?","seconds":"0.0","stake":"50","their_correct":"2","their_seconds":"0.1"},"items":[{"value":"2","values":{"choice":"Herod"}},{"value":"1","values":{"choice":"Pilate"}},{"value":"3","values":{"choice":"Caiaphas"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which animals did the prodigal son feed?\n1. Camels\n2. Pigs\n3. Sheep","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 How many stones did David pick to face Goliath?\n1. 5\n2. 3\n3. 12","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Which book says ''The Lord is my shepherd''?\n1. Psalms\n2. Proverbs\n3. Isaiah","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Who killed Sisera with a tent peg?\n1. Deborah\n2. Rahab\n3. Jael","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 Who washed his hands at the trial of Jesus?\n1. Herod\n2. Pilate\n3. Caiaphas","ends":false}},{"length":17,"shown":{"screen":"won","text":"Done! You won KES 80! You: 2/5 in 0.0s. +25471xxx001: 2/5 in 0.1s.","ends":true}}]}', 1795391545566);
INSERT INTO public.hop_receipt VALUES ('ATUid_fa3b87de828069355ea87244f4e4cb3a', '1*1*2*1*2*1*1*1*1', '+254710000002', '{"phone":"+254710000002","player":"01M82TSP6VV04VC12JYG4A6GV6","transcript":"1*1*2*1*2*1*1*1*1","state":{"locale":"en","screen":"waiting","page":0,"values":{"amount":"50","balance":"50","bounty":"80","by":"03:22","category":"Bible","choice":"1","correct":"1","ending":"done","entry":"01M82TSR45HS7ZPWEY3PX9E6D7","n":"5","name":"Bible","of":"5","question":"How many stones did David pick to face Goliath?","seconds":"0.1","stake":"50"},"items":[{"value":"1","values":{"choice":"3"}},{"value":"3","values":{"choice":"12"}},{"value":"2","values":{"choice":"5"}}]},"replies":[{"length":0,"shown":{"screen":"home","text":"Majibu. Balance KES 100\n1. Play\n2. Deposit\n3. My games\n4. Language\n5. Help","ends":false}},{"length":1,"shown":{"screen":"category","text":"Choose a category:\n1. Bible\n0. Back","ends":false}},{"length":3,"shown":{"screen":"stake","text":"Bible. Choose your stake:\n1. KES 20\n2. KES 50\n3. KES 100\n4. KES 200\n5. KES 500\n0. Back 00. Home","ends":false}},{"length":5,"shown":{"screen":"confirm","text":"Bible, stake KES 50. Win KES 80.\n5 questions, 15s to think. The clock starts now.\n1. Confirm\n0. Back 00. Home","ends":false}},{"length":7,"shown":{"screen":"question","text":"Q1/5 Which book says ''The Lord is my shepherd''?\n1. Proverbs\n2. Isaiah\n3. Psalms","ends":false}},{"length":9,"shown":{"screen":"question","text":"Q2/5 Who washed his hands at the trial of Jesus?\n1. Pilate\n2. Caiaphas\n3. Herod","ends":false}},{"length":11,"shown":{"screen":"question","text":"Q3/5 Who was Timothy''s mother?\n1. Lydia\n2. Lois\n3. Eunice","ends":false}},{"length":13,"shown":{"screen":"question","text":"Q4/5 Which animals did the prodigal son feed?\n1. Sheep\n2. Camels\n3. Pigs","ends":false}},{"length":15,"shown":{"screen":"question","text":"Q5/5 How many stones did David pick to face Goliath?\n1. 3\n2. 12\n3. 5","ends":false}},{"length":17,"shown":{"screen":"waiting","text":"Done! 1/5 right in 0.1s. We will send the result by SMS, by 03:22 at the latest.","ends":true}}]}', 1795391545612);


--
-- Data for Name: house_switch; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: ledger_check; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox VALUES ('01M82TSQWP9QPJ1C9T3CYSQT6Y', 'deposit_paid:01a205acd90d001be008abf3eafa6bcf', '01M82TSP6MWMP4QRYPXG4RNB7S', '+254710000000', 'deposit_paid', 'KES 100 received, M-Pesa receipt UKN9LUWOYS. Majibu balance KES 100. Dial to play.', 'delivered', 'ATXid_55a983b1d8e78febd7baca1d9665976a', NULL, 1795391545238, 1795391545285, NULL, 1, 1, 'receipt', NULL, NULL);
INSERT INTO public.outbox VALUES ('01M82TSQWPSDT84SJEKP25V510', 'deposit_paid:01a205acd8eca6b28eb5a7fbf49ffdb1', '01M82TSP6JY2NRTR3QFQXRNKGE', '+254710000001', 'deposit_paid', 'KES 100 received, M-Pesa receipt UKNY042DQ6. Majibu balance KES 100. Dial to play.', 'delivered', 'ATXid_8391d7f3cbeb94474df1e97822c4c9b8', NULL, 1795391545238, 1795391545284, NULL, 1, 1, 'receipt', NULL, NULL);
INSERT INTO public.outbox VALUES ('01M82TSQXEF97RZGF8RDBD76HE', 'deposit_paid:01a205acd941a3e384e5bcb634786af7', '01M82TSP6VV04VC12JYG4A6GV6', '+254710000002', 'deposit_paid', 'KES 100 received, M-Pesa receipt UKNC9T0EP8. Majibu balance KES 100. Dial to play.', 'delivered', 'ATXid_4c7edc4d5323be1e7ddfe11f24c3151a', NULL, 1795391545262, 1795391545293, NULL, 1, 1, 'receipt', NULL, NULL);
INSERT INTO public.outbox VALUES ('01M82TSR7KXFMDP44E6N1X3VFQ', 'result:01M82TSR31TVMD97Q2AS5BAF58', '01M82TSP6MWMP4QRYPXG4RNB7S', '+254710000000', 'won', 'You won KES 80! Bible: you 2/5 in 0.0s, +25471xxx001 2/5 in 0.1s. Balance KES 130.', 'delivered', 'ATXid_2044478e09bdac86d713c334a75f9b00', NULL, 1795391545587, 1795391545618, NULL, 1, 1, 'receipt', NULL, NULL);
INSERT INTO public.outbox VALUES ('01M82TSR7KQW09XN3DG81PK0ND', 'result:01M82TSR1TJ3ZPHMZ6RP4X3V4E', '01M82TSP6JY2NRTR3QFQXRNKGE', '+254710000001', 'lost', 'You lost KES 50. Bible: you 2/5 in 0.1s, +25471xxx000 2/5 in 0.0s. Balance KES 50.', 'delivered', 'ATXid_d47b8b1afdcc9bcb83038048df7b36a0', NULL, 1795391545587, 1795391545622, NULL, 1, 1, 'receipt', NULL, NULL);


--
-- Data for Name: parked; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: player; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.player VALUES ('01M82TSP6JY2NRTR3QFQXRNKGE', '+254710000001', 'en', 'unverified', 1795391543506, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.player VALUES ('01M82TSP6MWMP4QRYPXG4RNB7S', '+254710000000', 'en', 'unverified', 1795391543508, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.player VALUES ('01M82TSP6VV04VC12JYG4A6GV6', '+254710000002', 'en', 'unverified', 1795391543515, NULL, NULL, NULL, NULL, NULL, NULL, NULL);


--
-- Data for Name: question; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.question VALUES ('01M82TSM115R437JWK4D2XT55K', 'key:bible-001', 'bible', 3, 2, 'active', 1795391541281, 1, NULL);
INSERT INTO public.question VALUES ('01M82TSM11ND9ZWZCEZ3875FB1', 'key:bible-002', 'bible', 3, 2, 'active', 1795391541281, 1, NULL);
INSERT INTO public.question VALUES ('01M82TSM11S9N761DZTBY0Y7XR', 'key:bible-003', 'bible', 3, 1, 'active', 1795391541281, 1, NULL);
INSERT INTO public.question VALUES ('01M82TSM11JFG6BBK9E4D39DP8', 'key:bible-004', 'bible', 3, 3, 'active', 1795391541281, 1, NULL);
INSERT INTO public.question VALUES ('01M82TSM112HKSVNMV0GVEWNQB', 'key:bible-005', 'bible', 3, 3, 'active', 1795391541281, 1, NULL);
INSERT INTO public.question VALUES ('01M82TSM11653QPYPF9F5KKGD3', 'key:bible-006', 'bible', 3, 1, 'active', 1795391541281, 1, NULL);


--
-- Data for Name: question_set; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.question_set VALUES ('01M82TSR286NC2P3JM1GC605S2', 'bible', 5000, '01M82TSP6VV04VC12JYG4A6GV6', 1795391545416, 1795393310416, NULL, 0, NULL, NULL);
INSERT INTO public.question_set VALUES ('01M82TSR1EKPMC6Z3KTWR1RWDT', 'bible', 5000, '01M82TSP6JY2NRTR3QFQXRNKGE', 1795391545390, NULL, NULL, 1, NULL, NULL);


--
-- Data for Name: question_text; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.question_text VALUES ('01M82TSM115R437JWK4D2XT55K', 'en', 'Who was Timothy''s mother?', 'Lois', 'Eunice', 'Lydia', NULL, 1, 2);
INSERT INTO public.question_text VALUES ('01M82TSM115R437JWK4D2XT55K', 'sw', 'Mama yake Timotheo aliitwa nani?', 'Loisi', 'Eunike', 'Lidia', NULL, 1, 2);
INSERT INTO public.question_text VALUES ('01M82TSM11ND9ZWZCEZ3875FB1', 'en', 'How many stones did David pick to face Goliath?', '3', '5', '12', NULL, 1, 2);
INSERT INTO public.question_text VALUES ('01M82TSM11ND9ZWZCEZ3875FB1', 'sw', 'Daudi alichagua mawe mangapi kumkabili Goliathi?', '3', '5', '12', NULL, 1, 2);
INSERT INTO public.question_text VALUES ('01M82TSM11S9N761DZTBY0Y7XR', 'en', 'Who killed Sisera with a tent peg?', 'Jael', 'Rahab', 'Deborah', NULL, 1, 1);
INSERT INTO public.question_text VALUES ('01M82TSM11S9N761DZTBY0Y7XR', 'sw', 'Nani alimuua Sisera kwa kigingi cha hema?', 'Yaeli', 'Rahabu', 'Debora', NULL, 1, 1);
INSERT INTO public.question_text VALUES ('01M82TSM11JFG6BBK9E4D39DP8', 'en', 'Which animals did the prodigal son feed?', 'Sheep', 'Camels', 'Pigs', NULL, 1, 3);
INSERT INTO public.question_text VALUES ('01M82TSM11JFG6BBK9E4D39DP8', 'sw', 'Mwana mpotevu alilisha wanyama gani?', 'Kondoo', 'Ngamia', 'Nguruwe', NULL, 1, 3);
INSERT INTO public.question_text VALUES ('01M82TSM112HKSVNMV0GVEWNQB', 'en', 'Which book says ''The Lord is my shepherd''?', 'Isaiah', 'Proverbs', 'Psalms', NULL, 1, 3);
INSERT INTO public.question_text VALUES ('01M82TSM112HKSVNMV0GVEWNQB', 'sw', 'Maneno ''Bwana ndiye mchungaji wangu'' yamo katika kitabu gani?', 'Isaya', 'Mithali', 'Zaburi', NULL, 1, 3);
INSERT INTO public.question_text VALUES ('01M82TSM11653QPYPF9F5KKGD3', 'en', 'Who washed his hands at the trial of Jesus?', 'Pilate', 'Herod', 'Caiaphas', NULL, 1, 1);
INSERT INTO public.question_text VALUES ('01M82TSM11653QPYPF9F5KKGD3', 'sw', 'Nani alinawa mikono wakati wa kesi ya Yesu?', 'Pilato', 'Herode', 'Kayafa', NULL, 1, 1);


--
-- Data for Name: question_withdrawal; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: rating; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: reversal; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: secret_key; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: seen; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.seen VALUES ('01M82TSP6JY2NRTR3QFQXRNKGE', '01M82TSM11JFG6BBK9E4D39DP8', 1795391545390);
INSERT INTO public.seen VALUES ('01M82TSP6JY2NRTR3QFQXRNKGE', '01M82TSM11ND9ZWZCEZ3875FB1', 1795391545390);
INSERT INTO public.seen VALUES ('01M82TSP6JY2NRTR3QFQXRNKGE', '01M82TSM112HKSVNMV0GVEWNQB', 1795391545390);
INSERT INTO public.seen VALUES ('01M82TSP6JY2NRTR3QFQXRNKGE', '01M82TSM11S9N761DZTBY0Y7XR', 1795391545390);
INSERT INTO public.seen VALUES ('01M82TSP6JY2NRTR3QFQXRNKGE', '01M82TSM11653QPYPF9F5KKGD3', 1795391545390);
INSERT INTO public.seen VALUES ('01M82TSP6MWMP4QRYPXG4RNB7S', '01M82TSM11JFG6BBK9E4D39DP8', 1795391545392);
INSERT INTO public.seen VALUES ('01M82TSP6MWMP4QRYPXG4RNB7S', '01M82TSM11ND9ZWZCEZ3875FB1', 1795391545392);
INSERT INTO public.seen VALUES ('01M82TSP6MWMP4QRYPXG4RNB7S', '01M82TSM112HKSVNMV0GVEWNQB', 1795391545392);
INSERT INTO public.seen VALUES ('01M82TSP6MWMP4QRYPXG4RNB7S', '01M82TSM11S9N761DZTBY0Y7XR', 1795391545392);
INSERT INTO public.seen VALUES ('01M82TSP6MWMP4QRYPXG4RNB7S', '01M82TSM11653QPYPF9F5KKGD3', 1795391545392);
INSERT INTO public.seen VALUES ('01M82TSP6VV04VC12JYG4A6GV6', '01M82TSM112HKSVNMV0GVEWNQB', 1795391545416);
INSERT INTO public.seen VALUES ('01M82TSP6VV04VC12JYG4A6GV6', '01M82TSM11653QPYPF9F5KKGD3', 1795391545416);
INSERT INTO public.seen VALUES ('01M82TSP6VV04VC12JYG4A6GV6', '01M82TSM115R437JWK4D2XT55K', 1795391545416);
INSERT INTO public.seen VALUES ('01M82TSP6VV04VC12JYG4A6GV6', '01M82TSM11JFG6BBK9E4D39DP8', 1795391545416);
INSERT INTO public.seen VALUES ('01M82TSP6VV04VC12JYG4A6GV6', '01M82TSM11ND9ZWZCEZ3875FB1', 1795391545416);


--
-- Data for Name: set_question; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.set_question VALUES ('01M82TSR1EKPMC6Z3KTWR1RWDT', 1, '01M82TSM11JFG6BBK9E4D39DP8', 1);
INSERT INTO public.set_question VALUES ('01M82TSR1EKPMC6Z3KTWR1RWDT', 2, '01M82TSM11ND9ZWZCEZ3875FB1', 1);
INSERT INTO public.set_question VALUES ('01M82TSR1EKPMC6Z3KTWR1RWDT', 3, '01M82TSM112HKSVNMV0GVEWNQB', 1);
INSERT INTO public.set_question VALUES ('01M82TSR1EKPMC6Z3KTWR1RWDT', 4, '01M82TSM11S9N761DZTBY0Y7XR', 1);
INSERT INTO public.set_question VALUES ('01M82TSR1EKPMC6Z3KTWR1RWDT', 5, '01M82TSM11653QPYPF9F5KKGD3', 1);
INSERT INTO public.set_question VALUES ('01M82TSR286NC2P3JM1GC605S2', 1, '01M82TSM112HKSVNMV0GVEWNQB', 1);
INSERT INTO public.set_question VALUES ('01M82TSR286NC2P3JM1GC605S2', 2, '01M82TSM11653QPYPF9F5KKGD3', 1);
INSERT INTO public.set_question VALUES ('01M82TSR286NC2P3JM1GC605S2', 3, '01M82TSM115R437JWK4D2XT55K', 1);
INSERT INTO public.set_question VALUES ('01M82TSR286NC2P3JM1GC605S2', 4, '01M82TSM11JFG6BBK9E4D39DP8', 1);
INSERT INTO public.set_question VALUES ('01M82TSR286NC2P3JM1GC605S2', 5, '01M82TSM11ND9ZWZCEZ3875FB1', 1);


--
-- Data for Name: sms_consent; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: sms_inbound; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: transfer_2026_11; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.transfer_2026_11 VALUES (2, 'receipt:UKNY042DQ6', 'deposit', 'mpesa', 'wallet:01M82TSP6JY2NRTR3QFQXRNKGE', 10000, 1795391545238);
INSERT INTO public.transfer_2026_11 VALUES (1, 'receipt:UKN9LUWOYS', 'deposit', 'mpesa', 'wallet:01M82TSP6MWMP4QRYPXG4RNB7S', 10000, 1795391545238);
INSERT INTO public.transfer_2026_11 VALUES (3, 'receipt:UKNC9T0EP8', 'deposit', 'mpesa', 'wallet:01M82TSP6VV04VC12JYG4A6GV6', 10000, 1795391545262);
INSERT INTO public.transfer_2026_11 VALUES (4, 'stake:01M82TSR1TJ3ZPHMZ6RP4X3V4E', 'stake', 'wallet:01M82TSP6JY2NRTR3QFQXRNKGE', 'stakes', 5000, 1795391545390);
INSERT INTO public.transfer_2026_11 VALUES (5, 'stake:01M82TSR31TVMD97Q2AS5BAF58', 'stake', 'wallet:01M82TSP6MWMP4QRYPXG4RNB7S', 'stakes', 5000, 1795391545392);
INSERT INTO public.transfer_2026_11 VALUES (6, 'stake:01M82TSR45HS7ZPWEY3PX9E6D7', 'stake', 'wallet:01M82TSP6VV04VC12JYG4A6GV6', 'stakes', 5000, 1795391545416);
INSERT INTO public.transfer_2026_11 VALUES (7, 'bounty:01M82TSR31TVMD97Q2AS5BAF58', 'bounty', 'stakes', 'wallet:01M82TSP6MWMP4QRYPXG4RNB7S', 8000, 1795391545587);
INSERT INTO public.transfer_2026_11 VALUES (8, 'fee:01M82TSR31TVMD97Q2AS5BAF58', 'fee', 'stakes', 'house', 2000, 1795391545587);


--
-- Data for Name: transfer_2026_12; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: transfer_2027_01; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: transfer_2027_02; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: transfer_cause_0; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.transfer_cause_0 VALUES ('receipt:UKN9LUWOYS', 1795391545238);
INSERT INTO public.transfer_cause_0 VALUES ('stake:01M82TSR1TJ3ZPHMZ6RP4X3V4E', 1795391545390);
INSERT INTO public.transfer_cause_0 VALUES ('bounty:01M82TSR31TVMD97Q2AS5BAF58', 1795391545587);


--
-- Data for Name: transfer_cause_1; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.transfer_cause_1 VALUES ('receipt:UKNY042DQ6', 1795391545238);
INSERT INTO public.transfer_cause_1 VALUES ('stake:01M82TSR45HS7ZPWEY3PX9E6D7', 1795391545416);


--
-- Data for Name: transfer_cause_2; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.transfer_cause_2 VALUES ('receipt:UKNC9T0EP8', 1795391545262);
INSERT INTO public.transfer_cause_2 VALUES ('fee:01M82TSR31TVMD97Q2AS5BAF58', 1795391545587);


--
-- Data for Name: transfer_cause_3; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.transfer_cause_3 VALUES ('stake:01M82TSR31TVMD97Q2AS5BAF58', 1795391545392);


--
-- Data for Name: transfer_other; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: ussd_session; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: wallet; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.wallet VALUES ('01M82TSP6JY2NRTR3QFQXRNKGE', 5000);
INSERT INTO public.wallet VALUES ('01M82TSP6VV04VC12JYG4A6GV6', 5000);
INSERT INTO public.wallet VALUES ('01M82TSP6MWMP4QRYPXG4RNB7S', 13000);


--
-- Data for Name: withdrawal; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: transfer_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.transfer_id_seq', 8, true);


--
-- Name: _sqlx_migrations _sqlx_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public._sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);


--
-- Name: adjustment adjustment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.adjustment
    ADD CONSTRAINT adjustment_pkey PRIMARY KEY (id);


--
-- Name: admin admin_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.admin
    ADD CONSTRAINT admin_pkey PRIMARY KEY (name);


--
-- Name: admin_session admin_session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.admin_session
    ADD CONSTRAINT admin_session_pkey PRIMARY KEY (token_hash);


--
-- Name: admin_try admin_try_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.admin_try
    ADD CONSTRAINT admin_try_pkey PRIMARY KEY (id);


--
-- Name: answer answer_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.answer
    ADD CONSTRAINT answer_pkey PRIMARY KEY (entry_id, "position");


--
-- Name: audit audit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);


--
-- Name: balance_question balance_question_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.balance_question
    ADD CONSTRAINT balance_question_pkey PRIMARY KEY (id);


--
-- Name: balance_report balance_report_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.balance_report
    ADD CONSTRAINT balance_report_pkey PRIMARY KEY (id);


--
-- Name: callback callback_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.callback
    ADD CONSTRAINT callback_pkey PRIMARY KEY (id);


--
-- Name: category category_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (id);


--
-- Name: transfer_cause cause_has_its_time; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause
    ADD CONSTRAINT cause_has_its_time UNIQUE (cause, at_ms);


--
-- Name: chore chore_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.chore
    ADD CONSTRAINT chore_pkey PRIMARY KEY (id);


--
-- Name: circuit circuit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.circuit
    ADD CONSTRAINT circuit_pkey PRIMARY KEY (name);


--
-- Name: deposit_limit deposit_limit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit_limit
    ADD CONSTRAINT deposit_limit_pkey PRIMARY KEY (player_id, period);


--
-- Name: deposit_payer deposit_payer_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit_payer
    ADD CONSTRAINT deposit_payer_pkey PRIMARY KEY (deposit_id);


--
-- Name: deposit deposit_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit
    ADD CONSTRAINT deposit_pkey PRIMARY KEY (id);


--
-- Name: deposit deposit_receipt_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit
    ADD CONSTRAINT deposit_receipt_key UNIQUE (receipt);


--
-- Name: deposit deposit_reference_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit
    ADD CONSTRAINT deposit_reference_key UNIQUE (reference);


--
-- Name: entry entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (id);


--
-- Name: entry entry_set_id_player_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_set_id_player_id_key UNIQUE (set_id, player_id);


--
-- Name: entry entry_set_id_seat_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_set_id_seat_key UNIQUE (set_id, seat);


--
-- Name: fair_flag fair_flag_identity_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_flag
    ADD CONSTRAINT fair_flag_identity_key UNIQUE (identity);


--
-- Name: fair_flag fair_flag_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_flag
    ADD CONSTRAINT fair_flag_pkey PRIMARY KEY (id);


--
-- Name: fair_flag_player fair_flag_player_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_flag_player
    ADD CONSTRAINT fair_flag_player_pkey PRIMARY KEY (flag_id, player_id);


--
-- Name: fair_look fair_look_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_look
    ADD CONSTRAINT fair_look_pkey PRIMARY KEY (what);


--
-- Name: fair_meeting fair_meeting_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_meeting
    ADD CONSTRAINT fair_meeting_pkey PRIMARY KEY (player_a, player_b, day);


--
-- Name: fair_pace fair_pace_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_pace
    ADD CONSTRAINT fair_pace_pkey PRIMARY KEY (player_id, day);


--
-- Name: fair_pool fair_pool_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_pool
    ADD CONSTRAINT fair_pool_pkey PRIMARY KEY (day, pool);


--
-- Name: fair_seat fair_seat_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_seat
    ADD CONSTRAINT fair_seat_pkey PRIMARY KEY (player_id, day, pool);


--
-- Name: game_match game_match_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.game_match
    ADD CONSTRAINT game_match_pkey PRIMARY KEY (set_id);


--
-- Name: gate gate_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.gate
    ADD CONSTRAINT gate_pkey PRIMARY KEY (name);


--
-- Name: hop_receipt hop_receipt_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hop_receipt
    ADD CONSTRAINT hop_receipt_pkey PRIMARY KEY (session_id, transcript);


--
-- Name: house_switch house_switch_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.house_switch
    ADD CONSTRAINT house_switch_pkey PRIMARY KEY (name);


--
-- Name: ledger_check ledger_check_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_check
    ADD CONSTRAINT ledger_check_pkey PRIMARY KEY (id);


--
-- Name: outbox outbox_cause_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_cause_key UNIQUE (cause);


--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);


--
-- Name: parked parked_cause_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_cause_key UNIQUE (cause);


--
-- Name: parked parked_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (id);


--
-- Name: player player_msisdn_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.player
    ADD CONSTRAINT player_msisdn_key UNIQUE (msisdn);


--
-- Name: player player_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.player
    ADD CONSTRAINT player_pkey PRIMARY KEY (id);


--
-- Name: question question_identity_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question
    ADD CONSTRAINT question_identity_key UNIQUE (identity);


--
-- Name: question question_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question
    ADD CONSTRAINT question_pkey PRIMARY KEY (id);


--
-- Name: question_set question_set_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question_set
    ADD CONSTRAINT question_set_pkey PRIMARY KEY (id);


--
-- Name: question_text question_text_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question_text
    ADD CONSTRAINT question_text_pkey PRIMARY KEY (question_id, version, locale);


--
-- Name: question_withdrawal question_withdrawal_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question_withdrawal
    ADD CONSTRAINT question_withdrawal_pkey PRIMARY KEY (id);


--
-- Name: rating rating_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_pkey PRIMARY KEY (player_id, category_id);


--
-- Name: reversal reversal_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reversal
    ADD CONSTRAINT reversal_pkey PRIMARY KEY (id);


--
-- Name: reversal reversal_reversal_receipt_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reversal
    ADD CONSTRAINT reversal_reversal_receipt_key UNIQUE (reversal_receipt);


--
-- Name: reversal reversal_what_subject_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reversal
    ADD CONSTRAINT reversal_what_subject_id_key UNIQUE (what, subject_id);


--
-- Name: secret_key secret_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.secret_key
    ADD CONSTRAINT secret_key_pkey PRIMARY KEY (name);


--
-- Name: seen seen_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.seen
    ADD CONSTRAINT seen_pkey PRIMARY KEY (player_id, question_id);


--
-- Name: set_question set_question_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.set_question
    ADD CONSTRAINT set_question_pkey PRIMARY KEY (set_id, "position");


--
-- Name: sms_consent sms_consent_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sms_consent
    ADD CONSTRAINT sms_consent_pkey PRIMARY KEY (msisdn);


--
-- Name: sms_inbound sms_inbound_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sms_inbound
    ADD CONSTRAINT sms_inbound_pkey PRIMARY KEY (identity);


--
-- Name: transfer_cause_0 transfer_cause_0_cause_at_ms_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause_0
    ADD CONSTRAINT transfer_cause_0_cause_at_ms_key UNIQUE (cause, at_ms);


--
-- Name: transfer_cause transfer_cause_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause
    ADD CONSTRAINT transfer_cause_pkey PRIMARY KEY (cause);


--
-- Name: transfer_cause_0 transfer_cause_0_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause_0
    ADD CONSTRAINT transfer_cause_0_pkey PRIMARY KEY (cause);


--
-- Name: transfer_cause_1 transfer_cause_1_cause_at_ms_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause_1
    ADD CONSTRAINT transfer_cause_1_cause_at_ms_key UNIQUE (cause, at_ms);


--
-- Name: transfer_cause_1 transfer_cause_1_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause_1
    ADD CONSTRAINT transfer_cause_1_pkey PRIMARY KEY (cause);


--
-- Name: transfer_cause_2 transfer_cause_2_cause_at_ms_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause_2
    ADD CONSTRAINT transfer_cause_2_cause_at_ms_key UNIQUE (cause, at_ms);


--
-- Name: transfer_cause_2 transfer_cause_2_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause_2
    ADD CONSTRAINT transfer_cause_2_pkey PRIMARY KEY (cause);


--
-- Name: transfer_cause_3 transfer_cause_3_cause_at_ms_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause_3
    ADD CONSTRAINT transfer_cause_3_cause_at_ms_key UNIQUE (cause, at_ms);


--
-- Name: transfer_cause_3 transfer_cause_3_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfer_cause_3
    ADD CONSTRAINT transfer_cause_3_pkey PRIMARY KEY (cause);


--
-- Name: transfer transfer_reason_check; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE public.transfer
    ADD CONSTRAINT transfer_reason_check CHECK ((reason = ANY (ARRAY['deposit'::text, 'park'::text, 'assign'::text, 'stake'::text, 'bounty'::text, 'fee'::text, 'stake_back'::text, 'refund_bonus'::text, 'withdrawal'::text, 'payout'::text, 'withdrawal_fee'::text, 'withholding'::text, 'withdrawal_back'::text, 'late_payout'::text, 'late_payout_closed'::text, 'excise'::text, 'parked_back'::text, 'deposit_back'::text, 'payout_back'::text, 'adjustment'::text, 'adjustment_down'::text, 'cash_short'::text, 'cash_over'::text]))) NOT VALID;


--
-- Name: ussd_session ussd_session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ussd_session
    ADD CONSTRAINT ussd_session_pkey PRIMARY KEY (id);


--
-- Name: wallet wallet_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wallet
    ADD CONSTRAINT wallet_pkey PRIMARY KEY (player_id);


--
-- Name: withdrawal withdrawal_originator_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.withdrawal
    ADD CONSTRAINT withdrawal_originator_id_key UNIQUE (originator_id);


--
-- Name: withdrawal withdrawal_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.withdrawal
    ADD CONSTRAINT withdrawal_pkey PRIMARY KEY (id);


--
-- Name: withdrawal withdrawal_receipt_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.withdrawal
    ADD CONSTRAINT withdrawal_receipt_key UNIQUE (receipt);


--
-- Name: adjustment_by_player; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX adjustment_by_player ON public.adjustment USING btree (player_id, proposed_at_ms);


--
-- Name: adjustment_by_proposer; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX adjustment_by_proposer ON public.adjustment USING btree (proposed_by, proposed_at_ms);


--
-- Name: adjustment_by_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX adjustment_by_state ON public.adjustment USING btree (state, proposed_at_ms);


--
-- Name: adjustment_by_withdrawal; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX adjustment_by_withdrawal ON public.adjustment USING btree (withdrawal_id) WHERE ((withdrawal_id IS NOT NULL) AND (state <> 'rejected'::text));


--
-- Name: admin_session_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX admin_session_by_age ON public.admin_session USING btree (seen_at_ms);


--
-- Name: admin_try_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX admin_try_by_age ON public.admin_try USING btree (at_ms);


--
-- Name: admin_try_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX admin_try_by_name ON public.admin_try USING btree (name_hash, at_ms);


--
-- Name: admin_try_by_source; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX admin_try_by_source ON public.admin_try USING btree (source_hash, at_ms);


--
-- Name: audit_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_by_subject ON public.audit USING btree (subject, subject_id);


--
-- Name: audit_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_by_time ON public.audit USING btree (at_ms, id);


--
-- Name: balance_question_by_report; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX balance_question_by_report ON public.balance_question USING btree (report_id);


--
-- Name: balance_report_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX balance_report_by_time ON public.balance_report USING btree (asked_at_ms);


--
-- Name: callback_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX callback_by_age ON public.callback USING btree (received_at_ms);


--
-- Name: callback_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX callback_by_subject ON public.callback USING btree (subject) WHERE (subject <> ''::text);


--
-- Name: callback_dead; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX callback_dead ON public.callback USING btree (received_at_ms) WHERE (state = 'dead'::text);


--
-- Name: callback_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX callback_due ON public.callback USING btree (due_at_ms) WHERE (due_at_ms IS NOT NULL);


--
-- Name: deposit_by_player; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deposit_by_player ON public.deposit USING btree (player_id, requested_at_ms);


--
-- Name: deposit_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deposit_due ON public.deposit USING btree (state, due_at_ms) WHERE (due_at_ms IS NOT NULL);


--
-- Name: deposit_flagged; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deposit_flagged ON public.deposit USING btree (requested_at_ms) WHERE (flagged = 1);


--
-- Name: deposit_payer_by_payer; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deposit_payer_by_payer ON public.deposit_payer USING btree (payer, player_id);


--
-- Name: deposit_payer_by_player; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deposit_payer_by_player ON public.deposit_payer USING btree (player_id);


--
-- Name: deposit_payer_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deposit_payer_by_time ON public.deposit_payer USING btree (at_ms, deposit_id);


--
-- Name: entry_by_player; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entry_by_player ON public.entry USING btree (player_id, staked_at_ms);


--
-- Name: entry_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entry_due ON public.entry USING btree (state, due_at_ms) WHERE (due_at_ms IS NOT NULL);


--
-- Name: entry_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entry_open ON public.entry USING btree (player_id) WHERE (state = ANY (ARRAY['playing'::text, 'waiting'::text]));


--
-- Name: fair_flag_by_player; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX fair_flag_by_player ON public.fair_flag_player USING btree (player_id);


--
-- Name: fair_flag_by_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX fair_flag_by_state ON public.fair_flag USING btree (state, last_seen_ms);


--
-- Name: fair_meeting_by_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX fair_meeting_by_day ON public.fair_meeting USING btree (day);


--
-- Name: fair_meeting_by_other; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX fair_meeting_by_other ON public.fair_meeting USING btree (player_b, day);


--
-- Name: fair_pace_by_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX fair_pace_by_day ON public.fair_pace USING btree (day);


--
-- Name: fair_seat_by_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX fair_seat_by_day ON public.fair_seat USING btree (day);


--
-- Name: hop_receipt_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX hop_receipt_by_age ON public.hop_receipt USING btree (at_ms);


--
-- Name: hop_receipt_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX hop_receipt_by_number ON public.hop_receipt USING btree (msisdn, at_ms);


--
-- Name: match_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX match_by_time ON public.game_match USING btree (settled_at_ms, set_id);


--
-- Name: outbox_by_player; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_player ON public.outbox USING btree (player_id, created_at_ms);


--
-- Name: outbox_by_provider_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_by_provider_id ON public.outbox USING btree (provider_id) WHERE (provider_id IS NOT NULL);


--
-- Name: outbox_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_due ON public.outbox USING btree (due_at_ms) WHERE (due_at_ms IS NOT NULL);


--
-- Name: outbox_due_promotion; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_due_promotion ON public.outbox USING btree (due_at_ms) WHERE ((due_at_ms IS NOT NULL) AND (class = 'promotion'::text));


--
-- Name: outbox_due_receipt; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_due_receipt ON public.outbox USING btree (due_at_ms) WHERE ((due_at_ms IS NOT NULL) AND (class <> 'promotion'::text));


--
-- Name: outbox_failed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX outbox_failed ON public.outbox USING btree (created_at_ms) WHERE (state = 'failed'::text);


--
-- Name: parked_by_player; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX parked_by_player ON public.parked USING btree (assigned_to) WHERE (assigned_to IS NOT NULL);


--
-- Name: parked_by_receipt; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX parked_by_receipt ON public.parked USING btree (receipt);


--
-- Name: parked_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX parked_open ON public.parked USING btree (parked_at_ms) WHERE (assigned_to IS NULL);


--
-- Name: player_by_last_digits; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX player_by_last_digits ON public.player USING btree (substr(msisdn, 10));


--
-- Name: player_excluded; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX player_excluded ON public.player USING btree (excluded_until_ms) WHERE (excluded_until_ms IS NOT NULL);


--
-- Name: player_to_verify; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX player_to_verify ON public.player USING btree (verification_asked_at_ms) WHERE (verification_asked_at_ms IS NOT NULL);


--
-- Name: question_by_category; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX question_by_category ON public.question USING btree (category_id, state);


--
-- Name: question_withdrawal_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX question_withdrawal_open ON public.question_withdrawal USING btree (question_id) WHERE (restored_at_ms IS NULL);


--
-- Name: reversal_by_receipt; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reversal_by_receipt ON public.reversal USING btree (receipt);


--
-- Name: set_by_withdrawal; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX set_by_withdrawal ON public.question_set USING btree (withdrawal_id) WHERE (withdrawal_id IS NOT NULL);


--
-- Name: set_offered; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX set_offered ON public.question_set USING btree (category_id, stake_cents, opened_at_ms) WHERE (offered_until_ms IS NOT NULL);


--
-- Name: set_to_settle; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX set_to_settle ON public.question_set USING btree (settle_at_ms) WHERE (settle_at_ms IS NOT NULL);


--
-- Name: sms_inbound_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sms_inbound_by_age ON public.sms_inbound USING btree (received_at_ms);


--
-- Name: sms_inbound_by_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sms_inbound_by_number ON public.sms_inbound USING btree (msisdn, received_at_ms);


--
-- Name: transfer_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_by_time ON ONLY public.transfer USING btree (at_ms);


--
-- Name: transfer_2026_11_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2026_11_at_ms_idx ON public.transfer_2026_11 USING btree (at_ms);


--
-- Name: transfer_once; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX transfer_once ON ONLY public.transfer USING btree (cause, at_ms);


--
-- Name: transfer_2026_11_cause_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX transfer_2026_11_cause_at_ms_idx ON public.transfer_2026_11 USING btree (cause, at_ms);


--
-- Name: transfer_from_wallet; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_from_wallet ON ONLY public.transfer USING btree (from_account, at_ms) WHERE (from_account ~~ 'wallet:%'::text);


--
-- Name: transfer_2026_11_from_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2026_11_from_account_at_ms_idx ON public.transfer_2026_11 USING btree (from_account, at_ms) WHERE (from_account ~~ 'wallet:%'::text);


--
-- Name: transfer_to_wallet; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_to_wallet ON ONLY public.transfer USING btree (to_account, at_ms) WHERE (to_account ~~ 'wallet:%'::text);


--
-- Name: transfer_2026_11_to_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2026_11_to_account_at_ms_idx ON public.transfer_2026_11 USING btree (to_account, at_ms) WHERE (to_account ~~ 'wallet:%'::text);


--
-- Name: transfer_2026_12_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2026_12_at_ms_idx ON public.transfer_2026_12 USING btree (at_ms);


--
-- Name: transfer_2026_12_cause_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX transfer_2026_12_cause_at_ms_idx ON public.transfer_2026_12 USING btree (cause, at_ms);


--
-- Name: transfer_2026_12_from_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2026_12_from_account_at_ms_idx ON public.transfer_2026_12 USING btree (from_account, at_ms) WHERE (from_account ~~ 'wallet:%'::text);


--
-- Name: transfer_2026_12_to_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2026_12_to_account_at_ms_idx ON public.transfer_2026_12 USING btree (to_account, at_ms) WHERE (to_account ~~ 'wallet:%'::text);


--
-- Name: transfer_2027_01_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2027_01_at_ms_idx ON public.transfer_2027_01 USING btree (at_ms);


--
-- Name: transfer_2027_01_cause_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX transfer_2027_01_cause_at_ms_idx ON public.transfer_2027_01 USING btree (cause, at_ms);


--
-- Name: transfer_2027_01_from_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2027_01_from_account_at_ms_idx ON public.transfer_2027_01 USING btree (from_account, at_ms) WHERE (from_account ~~ 'wallet:%'::text);


--
-- Name: transfer_2027_01_to_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2027_01_to_account_at_ms_idx ON public.transfer_2027_01 USING btree (to_account, at_ms) WHERE (to_account ~~ 'wallet:%'::text);


--
-- Name: transfer_2027_02_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2027_02_at_ms_idx ON public.transfer_2027_02 USING btree (at_ms);


--
-- Name: transfer_2027_02_cause_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX transfer_2027_02_cause_at_ms_idx ON public.transfer_2027_02 USING btree (cause, at_ms);


--
-- Name: transfer_2027_02_from_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2027_02_from_account_at_ms_idx ON public.transfer_2027_02 USING btree (from_account, at_ms) WHERE (from_account ~~ 'wallet:%'::text);


--
-- Name: transfer_2027_02_to_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_2027_02_to_account_at_ms_idx ON public.transfer_2027_02 USING btree (to_account, at_ms) WHERE (to_account ~~ 'wallet:%'::text);


--
-- Name: transfer_other_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_other_at_ms_idx ON public.transfer_other USING btree (at_ms);


--
-- Name: transfer_other_cause_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX transfer_other_cause_at_ms_idx ON public.transfer_other USING btree (cause, at_ms);


--
-- Name: transfer_other_from_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_other_from_account_at_ms_idx ON public.transfer_other USING btree (from_account, at_ms) WHERE (from_account ~~ 'wallet:%'::text);


--
-- Name: transfer_other_to_account_at_ms_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfer_other_to_account_at_ms_idx ON public.transfer_other USING btree (to_account, at_ms) WHERE (to_account ~~ 'wallet:%'::text);


--
-- Name: ussd_session_by_age; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ussd_session_by_age ON public.ussd_session USING btree (told_at_ms);


--
-- Name: withdrawal_by_player; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX withdrawal_by_player ON public.withdrawal USING btree (player_id, requested_at_ms);


--
-- Name: withdrawal_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX withdrawal_by_time ON public.withdrawal USING btree (requested_at_ms, id);


--
-- Name: withdrawal_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX withdrawal_due ON public.withdrawal USING btree (state, due_at_ms) WHERE (due_at_ms IS NOT NULL);


--
-- Name: withdrawal_flagged; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX withdrawal_flagged ON public.withdrawal USING btree (requested_at_ms) WHERE (flagged = 1);


--
-- Name: withdrawal_late; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX withdrawal_late ON public.withdrawal USING btree (requested_at_ms) WHERE ((state = 'failed'::text) AND (receipt IS NOT NULL));


--
-- Name: withdrawal_open; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX withdrawal_open ON public.withdrawal USING btree (requested_at_ms) WHERE (state = ANY (ARRAY['requested'::text, 'sent'::text, 'unknown'::text]));


--
-- Name: transfer_2026_11_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_by_time ATTACH PARTITION public.transfer_2026_11_at_ms_idx;


--
-- Name: transfer_2026_11_cause_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_once ATTACH PARTITION public.transfer_2026_11_cause_at_ms_idx;


--
-- Name: transfer_2026_11_from_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_from_wallet ATTACH PARTITION public.transfer_2026_11_from_account_at_ms_idx;


--
-- Name: transfer_2026_11_to_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_to_wallet ATTACH PARTITION public.transfer_2026_11_to_account_at_ms_idx;


--
-- Name: transfer_2026_12_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_by_time ATTACH PARTITION public.transfer_2026_12_at_ms_idx;


--
-- Name: transfer_2026_12_cause_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_once ATTACH PARTITION public.transfer_2026_12_cause_at_ms_idx;


--
-- Name: transfer_2026_12_from_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_from_wallet ATTACH PARTITION public.transfer_2026_12_from_account_at_ms_idx;


--
-- Name: transfer_2026_12_to_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_to_wallet ATTACH PARTITION public.transfer_2026_12_to_account_at_ms_idx;


--
-- Name: transfer_2027_01_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_by_time ATTACH PARTITION public.transfer_2027_01_at_ms_idx;


--
-- Name: transfer_2027_01_cause_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_once ATTACH PARTITION public.transfer_2027_01_cause_at_ms_idx;


--
-- Name: transfer_2027_01_from_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_from_wallet ATTACH PARTITION public.transfer_2027_01_from_account_at_ms_idx;


--
-- Name: transfer_2027_01_to_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_to_wallet ATTACH PARTITION public.transfer_2027_01_to_account_at_ms_idx;


--
-- Name: transfer_2027_02_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_by_time ATTACH PARTITION public.transfer_2027_02_at_ms_idx;


--
-- Name: transfer_2027_02_cause_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_once ATTACH PARTITION public.transfer_2027_02_cause_at_ms_idx;


--
-- Name: transfer_2027_02_from_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_from_wallet ATTACH PARTITION public.transfer_2027_02_from_account_at_ms_idx;


--
-- Name: transfer_2027_02_to_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_to_wallet ATTACH PARTITION public.transfer_2027_02_to_account_at_ms_idx;


--
-- Name: transfer_cause_0_cause_at_ms_key; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.cause_has_its_time ATTACH PARTITION public.transfer_cause_0_cause_at_ms_key;


--
-- Name: transfer_cause_0_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_cause_pkey ATTACH PARTITION public.transfer_cause_0_pkey;


--
-- Name: transfer_cause_1_cause_at_ms_key; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.cause_has_its_time ATTACH PARTITION public.transfer_cause_1_cause_at_ms_key;


--
-- Name: transfer_cause_1_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_cause_pkey ATTACH PARTITION public.transfer_cause_1_pkey;


--
-- Name: transfer_cause_2_cause_at_ms_key; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.cause_has_its_time ATTACH PARTITION public.transfer_cause_2_cause_at_ms_key;


--
-- Name: transfer_cause_2_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_cause_pkey ATTACH PARTITION public.transfer_cause_2_pkey;


--
-- Name: transfer_cause_3_cause_at_ms_key; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.cause_has_its_time ATTACH PARTITION public.transfer_cause_3_cause_at_ms_key;


--
-- Name: transfer_cause_3_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_cause_pkey ATTACH PARTITION public.transfer_cause_3_pkey;


--
-- Name: transfer_other_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_by_time ATTACH PARTITION public.transfer_other_at_ms_idx;


--
-- Name: transfer_other_cause_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_once ATTACH PARTITION public.transfer_other_cause_at_ms_idx;


--
-- Name: transfer_other_from_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_from_wallet ATTACH PARTITION public.transfer_other_from_account_at_ms_idx;


--
-- Name: transfer_other_to_account_at_ms_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.transfer_to_wallet ATTACH PARTITION public.transfer_other_to_account_at_ms_idx;


--
-- Name: transfer A_cause_gets_its_time; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER "A_cause_gets_its_time" AFTER INSERT ON public.transfer FOR EACH ROW EXECUTE FUNCTION public.cause_gets_its_time();


--
-- Name: audit audit_is_never_changed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_is_never_changed BEFORE DELETE OR UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.audit_is_append_only();


--
-- Name: audit audit_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION public.audit_is_append_only();


--
-- Name: transfer_cause cause_is_never_changed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER cause_is_never_changed BEFORE DELETE OR UPDATE ON public.transfer_cause FOR EACH ROW EXECUTE FUNCTION public.cause_is_append_only();


--
-- Name: transfer_cause cause_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER cause_is_never_emptied BEFORE TRUNCATE ON public.transfer_cause FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_2026_11 partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_2026_11 FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_2026_12 partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_2026_12 FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_2027_01 partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_2027_01 FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_2027_02 partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_2027_02 FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_cause_0 partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_cause_0 FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_cause_1 partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_cause_1 FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_cause_2 partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_cause_2 FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_cause_3 partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_cause_3 FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer_other partition_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER partition_is_never_emptied BEFORE TRUNCATE ON public.transfer_other FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer transfer_is_never_changed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER transfer_is_never_changed BEFORE DELETE OR UPDATE ON public.transfer FOR EACH ROW EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer transfer_is_never_emptied; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER transfer_is_never_emptied BEFORE TRUNCATE ON public.transfer FOR EACH STATEMENT EXECUTE FUNCTION public.is_append_only();


--
-- Name: transfer transfer_moves_money; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER transfer_moves_money AFTER INSERT ON public.transfer FOR EACH ROW EXECUTE FUNCTION public.transfer_moves_money();


--
-- Name: adjustment adjustment_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.adjustment
    ADD CONSTRAINT adjustment_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: adjustment adjustment_withdrawal_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.adjustment
    ADD CONSTRAINT adjustment_withdrawal_id_fkey FOREIGN KEY (withdrawal_id) REFERENCES public.withdrawal(id);


--
-- Name: answer answer_entry_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.answer
    ADD CONSTRAINT answer_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.entry(id);


--
-- Name: balance_question balance_question_report_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.balance_question
    ADD CONSTRAINT balance_question_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.balance_report(id);


--
-- Name: deposit_limit deposit_limit_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit_limit
    ADD CONSTRAINT deposit_limit_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: deposit_payer deposit_payer_deposit_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit_payer
    ADD CONSTRAINT deposit_payer_deposit_id_fkey FOREIGN KEY (deposit_id) REFERENCES public.deposit(id);


--
-- Name: deposit_payer deposit_payer_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit_payer
    ADD CONSTRAINT deposit_payer_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: deposit deposit_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deposit
    ADD CONSTRAINT deposit_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: entry entry_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: entry entry_set_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_set_id_fkey FOREIGN KEY (set_id) REFERENCES public.question_set(id);


--
-- Name: fair_flag_player fair_flag_player_flag_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_flag_player
    ADD CONSTRAINT fair_flag_player_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES public.fair_flag(id);


--
-- Name: fair_flag_player fair_flag_player_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_flag_player
    ADD CONSTRAINT fair_flag_player_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: fair_meeting fair_meeting_player_a_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_meeting
    ADD CONSTRAINT fair_meeting_player_a_fkey FOREIGN KEY (player_a) REFERENCES public.player(id);


--
-- Name: fair_meeting fair_meeting_player_b_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_meeting
    ADD CONSTRAINT fair_meeting_player_b_fkey FOREIGN KEY (player_b) REFERENCES public.player(id);


--
-- Name: fair_pace fair_pace_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_pace
    ADD CONSTRAINT fair_pace_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: fair_seat fair_seat_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fair_seat
    ADD CONSTRAINT fair_seat_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: game_match game_match_set_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.game_match
    ADD CONSTRAINT game_match_set_id_fkey FOREIGN KEY (set_id) REFERENCES public.question_set(id);


--
-- Name: game_match game_match_winner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.game_match
    ADD CONSTRAINT game_match_winner_id_fkey FOREIGN KEY (winner_id) REFERENCES public.entry(id);


--
-- Name: outbox outbox_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: parked parked_assigned_to_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_assigned_to_fkey FOREIGN KEY (assigned_to) REFERENCES public.player(id);


--
-- Name: question question_category_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question
    ADD CONSTRAINT question_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.category(id);


--
-- Name: question_set question_set_category_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question_set
    ADD CONSTRAINT question_set_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.category(id);


--
-- Name: question_set question_set_owner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question_set
    ADD CONSTRAINT question_set_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.player(id);


--
-- Name: question_set question_set_withdrawal_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question_set
    ADD CONSTRAINT question_set_withdrawal_id_fkey FOREIGN KEY (withdrawal_id) REFERENCES public.question_withdrawal(id);


--
-- Name: question_text question_text_question_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question_text
    ADD CONSTRAINT question_text_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.question(id);


--
-- Name: question_withdrawal question_withdrawal_question_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.question_withdrawal
    ADD CONSTRAINT question_withdrawal_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.question(id);


--
-- Name: rating rating_category_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.category(id);


--
-- Name: rating rating_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rating
    ADD CONSTRAINT rating_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: seen seen_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.seen
    ADD CONSTRAINT seen_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: seen seen_question_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.seen
    ADD CONSTRAINT seen_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.question(id);


--
-- Name: set_question set_question_question_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.set_question
    ADD CONSTRAINT set_question_question_id_fkey FOREIGN KEY (question_id) REFERENCES public.question(id);


--
-- Name: set_question set_question_set_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.set_question
    ADD CONSTRAINT set_question_set_id_fkey FOREIGN KEY (set_id) REFERENCES public.question_set(id);


--
-- Name: transfer transfer_has_its_cause; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE public.transfer
    ADD CONSTRAINT transfer_has_its_cause FOREIGN KEY (cause, at_ms) REFERENCES public.transfer_cause(cause, at_ms);


--
-- Name: wallet wallet_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wallet
    ADD CONSTRAINT wallet_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- Name: withdrawal withdrawal_player_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.withdrawal
    ADD CONSTRAINT withdrawal_player_id_fkey FOREIGN KEY (player_id) REFERENCES public.player(id);


--
-- PostgreSQL database dump complete
--


