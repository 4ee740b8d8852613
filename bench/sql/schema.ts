/**
 * The ledger that a user would write on a SQL server instead: an account with its version, envelopes, an event a
 * posting, and one function that locks the account, records and changes both balances in one transaction.
 */
export const SCHEMA = `
CREATE TABLE accounts (
  id text PRIMARY KEY,
  household_id text NOT NULL,
  currency text NOT NULL,
  version bigint NOT NULL,
  balance_minor bigint NOT NULL
);
CREATE TABLE envelopes (
  account_id text NOT NULL REFERENCES accounts,
  id integer NOT NULL,
  name text NOT NULL,
  archived boolean NOT NULL DEFAULT false,
  balance_minor bigint NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE TABLE transactions (
  id text PRIMARY KEY,
  household_id text NOT NULL,
  account_id text NOT NULL REFERENCES accounts,
  seq bigint NOT NULL,
  kind text NOT NULL,
  envelope_id integer NOT NULL,
  amount_minor bigint NOT NULL,
  balance_minor bigint NOT NULL,
  envelope_balance_minor bigint NOT NULL,
  description text NOT NULL,
  effective_on date NOT NULL,
  recorded_at timestamptz NOT NULL,
  actor_id text NOT NULL,
  UNIQUE (household_id, account_id, seq)
);

CREATE FUNCTION post_deposit(
  p_id text, p_household text, p_account text, p_envelope integer, p_amount bigint,
  p_description text, p_effective_on date, p_recorded_at timestamptz, p_actor text
) RETURNS TABLE (
  version bigint, balance_minor bigint, currency text,
  envelope_name text, envelope_archived boolean, envelope_balance_minor bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_version bigint; v_balance bigint; v_currency text;
  v_name text; v_archived boolean; v_envelope bigint;
BEGIN
  SELECT a.version + 1, a.balance_minor + p_amount, a.currency INTO v_version, v_balance, v_currency
    FROM accounts a WHERE a.id = p_account AND a.household_id = p_household FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  UPDATE envelopes e SET balance_minor = e.balance_minor + p_amount
    WHERE e.account_id = p_account AND e.id = p_envelope AND NOT e.archived
    RETURNING e.name, e.archived, e.balance_minor INTO v_name, v_archived, v_envelope;
  IF NOT FOUND THEN RETURN; END IF;
  INSERT INTO transactions VALUES (
    p_id, p_household, p_account, v_version, 'deposit', p_envelope, p_amount, v_balance, v_envelope,
    p_description, p_effective_on, p_recorded_at, p_actor
  );
  UPDATE accounts a SET version = v_version, balance_minor = v_balance WHERE a.id = p_account;
  RETURN QUERY SELECT v_version, v_balance, v_currency, v_name, v_archived, v_envelope;
END $$;
`;

/** Posts a deposit; the parameters are those of the function. */
export const POST_DEPOSIT = {
  name: 'post_deposit',
  text: 'SELECT * FROM post_deposit($1, $2, $3, $4, $5, $6, $7, $8, $9)',
};

/** Opens accounts `1` to `$2` of household `$1`, each with five envelopes, all empty. */
export const OPEN_ACCOUNTS = [
  `INSERT INTO accounts SELECT 'acc_' || n, $1::text, 'USD', 1, 0 FROM generate_series(1, $2::integer) n`,
  `INSERT INTO envelopes SELECT 'acc_' || n, e, 'Envelope ' || e, false, 0
     FROM generate_series(1, $2::integer) n, generate_series(0, 4) e WHERE $1::text IS NOT NULL`,
];
