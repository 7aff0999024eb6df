-- Questions that change while they are played, and questions that are withdrawn.
--
-- A question's texts and answer are kept by version, and a set names the version that it was opened
-- with: a correction never changes what somebody is playing, or how they are judged.

alter table question add column version integer not null default 1 check (version > 0);
alter table question add column source text; -- where its fact was looked up

create table question_text_by_version (
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

insert into question_text_by_version
    (question_id, version, locale, question, choice1, choice2, choice3, choice4, answer)
select question_id, 1, locale, question, choice1, choice2, choice3, choice4, answer
from question_text
join question on question.id = question_id;

drop table question_text;
alter table question_text_by_version rename to question_text;

alter table set_question add column version integer not null default 1;

-- Who withdrew a question, why and when, and who restored it.
create table question_withdrawal (
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

-- One withdrawal at a time.
create unique index question_withdrawal_open on question_withdrawal (question_id)
where restored_at_ms is null;

-- Set when a question of an open set is withdrawn: the set is to be voided, and never settled.
alter table question_set add column withdrawal_id text references question_withdrawal (id);
alter table question_set add column voided_at_ms integer; -- when its stakes went back

create index set_by_withdrawal on question_set (withdrawal_id) where withdrawal_id is not null;
