-- Players whose personal data were erased: the number is a pseudonym, 'erased:' and the player's id, which
-- no phone has. The books name players by id only, and stay as they are.

alter table player add column erased_at_ms integer;
