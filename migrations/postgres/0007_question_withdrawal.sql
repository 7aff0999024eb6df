-- Questions that change while they are played, and questions that are withdrawn.
--
-- A question's texts and answer are kept by version, and a set names the version that it was opened
-- with: a correction never changes what somebody is playing, or how they are judged.

alter table question add column version bigint not null default 1 check (version > 0);
alter table question add column source text; -- where its fact was looked up

alter table question_text add column version bigint not null default 1 check (version > 0);
alter table question_text add column answer bigint check (answer between 1 and 4);
update question_text
set answer = question.answer
from question
where question.id = question_id;
alter table question_text alter column version drop default;
alter table question_text alter column answer set not null; -- the same in every language
alter table question_text drop constraint question_text_pkey;
alter table question_text add primary key (question_id, version, locale);

alter table set_question add column version bigint not null default 1;

-- Who withdrew a question, why and when, and who restored it.
create table question_withdrawal (
    id text primary key,
    question_id text not null references question (id),
    reason text not null,
    withdrawn_by text not null,
    withdrawn_at_ms bigint not null,
    restored_by text,
    restored_at_ms bigint,
    restore_reason text,
    check ((restored_at_ms is null) = (restored_by is null))
);

-- One withdrawal at a time.
create unique index question_withdrawal_open on question_withdrawal (question_id)
where restored_at_ms is null;

-- Set when a question of an open set is withdrawn: the set is to be voided, and never settled.
alter table question_set add column withdrawal_id text references question_withdrawal (id);
alter table question_set add column voided_at_ms bigint; -- when its stakes went back

create index set_by_withdrawal on question_set (withdrawal_id) where withdrawal_id is not null;
