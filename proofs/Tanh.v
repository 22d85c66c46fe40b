(** Bounds of tanh at rational numbers, computed with whole numbers over 2^k: what exported files prove lists of
    equilibria of smooth networks with (docs/proofs.md). *)
From Coq Require Import Reals Qreals ZArith Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Functions.
From Coq Require Import QArith_base Qround.
Open Scope R_scope.

(** ** The series of e^-y, which alternates *)
Fixpoint series (n : nat) (y : R) : R := match n with
  | O => 1
  | S m => series m y + (-1) ^ S m * (y ^ S m / INR (fact (S m))) end.

Lemma series_derive n y : is_derive (series (S n)) y (- series n y).
Proof.
  revert y. induction n as [|n IH]; intro y.
  - apply (derive_ext (fun y => 1 - y)); [intro t; simpl; field|]. auto_derive; [auto|reflexivity].
  - set (c := (-1) ^ S (S n) / INR (fact (S (S n)))).
    assert (E : - series n y + c * (INR (S (S n)) * y ^ S n) = - series (S n) y).
    { unfold c. change (series (S n) y) with (series n y + (-1) ^ S n * (y ^ S n / INR (fact (S n)))).
      replace (INR (fact (S (S n)))) with (INR (S (S n)) * INR (fact (S n))) by (rewrite <- mult_INR; f_equal).
      change ((-1) ^ S (S n)) with (-1 * (-1) ^ S n).
      pose proof (INR_fact_neq_0 (S n)). pose proof (lt_0_INR (S (S n)) ltac:(lia)). field. lra. }
    rewrite <- E. apply (derive_ext (fun y => series (S n) y + c * y ^ S (S n))).
    { intro t. change (series (S (S n)) t) with (series (S n) t + (-1) ^ S (S n) * (t ^ S (S n) / INR (fact (S (S
        n))))).
      unfold c. field. apply INR_fact_neq_0. }
    apply (is_derive_plus (series (S n)) (fun y => c * y ^ S (S n))); [apply IH|].
    apply (is_derive_scal (fun y => y ^ S (S n))). apply is_derive_Reals. apply derivable_pt_lim_pow.
Qed.

Lemma series_at_0 n : series n 0 = 1.
Proof. induction n as [|n IH]; [reflexivity|]. change (series (S n) 0) with (series n 0 + (-1) ^ S n * (0 ^ S n / INR
  (fact (S n)))).
  rewrite IH, pow_i by lia. unfold Rdiv. ring. Qed.

Lemma series_side n y : 0 <= y -> 0 <= (-1) ^ n * (series n y - exp (- y)).
Proof.
  revert y. induction n as [|n IH]; intros y Hy.
  - simpl. assert (exp (- y) <= 1); [|lra]. rewrite <- exp_0.
    destruct Hy as [Hy|<-]; [left; apply exp_increasing; lra|right; f_equal; ring].
  - set (D := fun y => (-1) ^ S n * (series (S n) y - exp (- y))).
    destruct (MVT_gen D 0 y (fun y => (-1) ^ n * (series n y - exp (- y)))) as (c & Hc & E).
    + intros u _. unfold D. evar_last. { apply is_derive_scal.
      apply (is_derive_minus (series (S n)) (fun y => exp (- y)));
        [apply series_derive|]. auto_derive; [auto|reflexivity]. }
      unfold minus, plus, opp; simpl. ring.
    + intros u _. apply continuity_pt_filterlim. apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) D
        u).
      eexists. unfold D. apply is_derive_scal. apply (is_derive_minus (series (S n)) (fun y => exp (- y)));
        [apply series_derive|]. auto_derive; [auto|reflexivity].
    + rewrite Rmin_left, Rmax_right in Hc by exact Hy. pose proof (IH c (proj1 Hc)) as P.
      assert (Z : D 0 = 0). { unfold D. rewrite series_at_0, Ropp_0, exp_0. ring. }
      fold (D y). rewrite Z in E. assert (0 <= (-1) ^ n * (series n c - exp (- c)) * (y - 0)) by (apply Rmult_le_pos;
        lra). lra.
Qed.

(** The rest is at most the next term. *)
Lemma series_near n y : 0 <= y -> Rabs (series n y - exp (- y)) <= y ^ S n / INR (fact (S n)).
Proof.
  intro Hy. pose proof (series_side n y Hy) as A. pose proof (series_side (S n) y Hy) as B.
  change (series (S n) y) with (series n y + (-1) ^ S n * (y ^ S n / INR (fact (S n)))) in B.
  set (t := y ^ S n / INR (fact (S n))) in *. set (d := series n y - exp (- y)) in *.
  assert (E : forall m, (-1) ^ m = 1 \/ (-1) ^ m = -1) by (induction m as [|m [I|I]]; simpl;
    [left|rewrite I|rewrite I]; lra).
  simpl in B. apply Rabs_le. destruct (E n) as [F|F]; rewrite F in *; unfold d in *; lra.
Qed.

(** ** Whole numbers over 2^k *)
Definition down (k : nat) (a : Z) : Z := Z.shiftr a (Z.of_nat k).
Definition up (k : nat) (a : Z) : Z := (- down k (- a))%Z.

Lemma two_pos k : 0 < 2 ^ k. Proof. apply pow_lt. lra. Qed.
Lemma shifted k a : IZR (down k a) * 2 ^ k <= IZR a.
Proof.
  unfold down. rewrite Z.shiftr_div_pow2 by lia. rewrite pow_IZR, <- mult_IZR. apply IZR_le.
  rewrite Z.mul_comm. apply Z.mul_div_le. apply Z.pow_pos_nonneg; lia.
Qed.
Lemma raised k a : IZR a <= IZR (up k a) * 2 ^ k.
Proof. unfold up. rewrite opp_IZR. pose proof (shifted k (- a)) as S. rewrite opp_IZR in S. lra. Qed.

(** Between lows and highs: x 2^k is. *)
Definition about (k : nat) (b : Z * Z) (x : R) : Prop := IZR (fst b) <= x * 2 ^ k <= IZR (snd b).

Definition times (k : nat) (a b : Z * Z) : Z * Z := (down k (fst a * fst b), up k (snd a * snd b))%Z.
Lemma times_about k a b x y : (0 <= fst a)%Z -> (0 <= fst b)%Z -> about k a x -> about k b y ->
  about k (times k a b) (x * y).
Proof.
  intros Ha Hb (A & A') (B & B'). apply IZR_le in Ha. apply IZR_le in Hb. pose proof (two_pos k) as P.
  unfold times, about. cbn [fst snd].
  pose proof (shifted k (fst a * fst b)) as S. pose proof (raised k (snd a * snd b)) as R. rewrite mult_IZR in S, R.
  split; apply (Rmult_le_reg_r (2 ^ k)); try exact P.
  - eapply Rle_trans; [exact S|]. replace (x * y * 2 ^ k * 2 ^ k) with (x * 2 ^ k * (y * 2 ^ k)) by ring.
    apply Rmult_le_compat; assumption.
  - eapply Rle_trans; [|exact R]. replace (x * y * 2 ^ k * 2 ^ k) with (x * 2 ^ k * (y * 2 ^ k)) by ring.
    apply Rmult_le_compat; lra.
Qed.

(** y^i/i! is about t, and the sum of terms before it about s: the sum of n more terms, and the term after them. *)
Definition over_ (a : Z * Z) (i : Z) : Z * Z := (fst a / i, - ((- snd a) / i))%Z.
Fixpoint summed (k : nat) (y : Z * Z) (n : nat) (i : Z) (sign : bool) (t s : Z * Z) : (Z * Z) * (Z * Z) := match n with
  | O => (s, t)
  | S n => summed k y n (i + 1) (negb sign) (over_ (times k t y) (i + 1))
      (if sign then (fst s + fst t, snd s + snd t) else (fst s - snd t, snd s - fst t))%Z end.

Lemma over_about k a (i : nat) x : (0 < i)%nat -> about k a x -> about k (over_ a (Z.of_nat i)) (x / INR i).
Proof.
  intros Hi (A & B). assert (P : 0 < INR i) by now apply lt_0_INR. unfold about, over_. cbn [fst snd].
  assert (D : forall z, IZR (z / Z.of_nat i) * INR i <= IZR z).
  { intro z. rewrite INR_IZR_INZ, <- mult_IZR. apply IZR_le. pose proof (Z.mul_div_le z (Z.of_nat i)). lia. }
  split; apply (Rmult_le_reg_r (INR i)); try exact P.
  - replace (x / INR i * 2 ^ k * INR i) with (x * 2 ^ k) by (field; lra). pose proof (D (fst a)). lra.
  - replace (x / INR i * 2 ^ k * INR i) with (x * 2 ^ k) by (field; lra). rewrite opp_IZR.
    pose proof (D (- snd a)%Z) as E.
    rewrite opp_IZR in E. lra.
Qed.

Lemma over_nonneg a i : (0 <= fst a)%Z -> (0 < i)%Z -> (0 <= fst (over_ a i))%Z.
Proof. intros. apply Z.div_pos; assumption. Qed.
Lemma times_nonneg k a b : (0 <= fst a)%Z -> (0 <= fst b)%Z -> (0 <= fst (times k a b))%Z.
Proof. intros. unfold times, down. cbn [fst]. apply Z.shiftr_nonneg. lia. Qed.

Lemma summed_about k yb y n : (0 <= fst yb)%Z -> about k yb y -> forall i t s, (0 <= fst t)%Z ->
  about k t (y ^ S i / INR (fact (S i))) -> about k s (series i y) ->
  let r := summed k yb n (Z.of_nat (S i)) (Nat.even (S i)) t s in
  about k (fst r) (series (n + i) y) /\ about k (snd r) (y ^ S (n + i) / INR (fact (S (n + i)))).
Proof.
  intros Hy Y. induction n as [|n IH]; intros i t s Ht T S0; [simpl; auto|]. cbn [summed].
  replace (S n + i)%nat with (n + S i)%nat by lia.
  replace (Z.of_nat (S i) + 1)%Z with (Z.of_nat (S (S i))) by lia.
  replace (negb (Nat.even (S i))) with (Nat.even (S (S i))) 
    by (now rewrite (Nat.even_succ (S i)), Nat.negb_even).
  apply IH.
  - apply over_nonneg; [now apply times_nonneg|lia].
  - replace (y ^ S (S i) / INR (fact (S (S i)))) with (y ^ S i / INR (fact (S i)) * y / INR (S (S i))).
    + apply over_about; [lia|]. now apply times_about.
    + replace (INR (fact (S (S i)))) with (INR (S (S i)) * INR (fact (S i))) by (rewrite <- mult_INR; f_equal).
      change (y ^ S (S i)) with (y * y ^ S i). pose proof (INR_fact_neq_0 (S i)).
      pose proof (lt_0_INR (S (S i)) ltac:(lia)). field. lra.
  - change (series (S i) y) with (series i y + (-1) ^ S i * (y ^ S i / INR (fact (S i)))).
    destruct S0 as (S1 & S2), T as (T1 & T2).
    assert (E : (-1) ^ S i = if Nat.even (S i) then 1 else -1).
    { generalize (S i). induction n0 as [|m IHm]; [reflexivity|]. rewrite Nat.even_succ, <- Nat.negb_even. simpl pow.
      rewrite IHm.
      destruct (Nat.even m); simpl; lra. }
    rewrite E. unfold about. destruct (Nat.even (S i)); cbn [fst snd]; rewrite ?plus_IZR, ?minus_IZR; lra.
Qed.

(** e^-y, for y about yb, by terms of the series; and raised to the power 2^m. *)
Definition exp_series (k terms : nat) (yb : Z * Z) : Z * Z :=
  let one := (2 ^ Z.of_nat k)%Z in
  let (s, t) := summed k yb terms 1 false yb (one, one) in (Z.max 0 (fst s - snd t), snd s + snd t)%Z.
Fixpoint squared (k m : nat) (a : Z * Z) : Z * Z := match m with O => a | S m => squared k m (times k a a) end.

Lemma exp_series_about k terms yb y : (0 <= fst yb)%Z -> about k yb y -> about k (exp_series k terms yb) (exp (- y)).
Proof.
  intros Hy Y. unfold exp_series. set (one := (2 ^ Z.of_nat k)%Z).
  assert (Y0 : 0 <= y). { apply (Rmult_le_reg_r (2 ^ k)); [apply two_pos|]. apply IZR_le in Hy. destruct Y. lra. }
  pose proof (summed_about k yb y terms Hy Y 0 yb (one, one) Hy) as A.
  replace (y ^ 1 / INR (fact 1)) with y in A by (simpl; field). specialize (A Y).
  assert (O1 : about k (one, one) (series 0 y)).
  { unfold about, one. cbn [fst snd series]. rewrite Rmult_1_l, pow_IZR. lra. }
  specialize (A O1). change (Z.of_nat 1) with 1%Z in A. change (Nat.even 1) with false in A. cbv zeta in A.
  destruct (summed k yb terms 1 false yb (one, one)) as (s, t). cbn [fst snd] in A.
  rewrite Nat.add_0_r in A. destruct A as ((A1 & A2) & (_ & B)). pose proof (series_near terms y Y0) as N.
  apply Rabs_le_between in N.
  pose proof (two_pos k) as P. pose proof (exp_pos (- y)) as Pe.
  set (next := y ^ S terms / INR (fact (S terms))) in *.
  assert (N1 : (series terms y - next) * 2 ^ k <= exp (- y) * 2 ^ k) by (apply Rmult_le_compat_r; lra).
  assert (N2 : exp (- y) * 2 ^ k <= (series terms y + next) * 2 ^ k) by (apply Rmult_le_compat_r; lra).
  assert (0 < exp (- y) * 2 ^ k) by (apply Rmult_lt_0_compat; lra).
  unfold about. cbn [fst snd]. rewrite plus_IZR. split; [|lra].
  destruct (Z.max_spec 0 (fst s - snd t)) as [(_ & ->)|(_ & ->)]; [rewrite minus_IZR|]; lra.
Qed.

Lemma squared_about k m : forall a x, (0 <= fst a)%Z -> about k a x -> about k (squared k m a) (x ^ (2 ^ m)).
Proof.
  induction m as [|m IH]; intros a x Ha A; [simpl; now rewrite Rmult_1_r|]. cbn [squared].
  replace (x ^ (2 ^ S m)) with ((x * x) ^ (2 ^ m)).
  - apply IH; [now apply times_nonneg|now apply times_about].
  - rewrite Rpow_mult_distr, <- pow_add. f_equal. simpl. lia.
Qed.

(** ** tanh *)
(** How often 2u is halved: then it is less than 1/16. *)
Definition halvings (u : Q) : nat := Z.to_nat (Z.log2 (1 + Qfloor u) + 6).
(** For u >= 0: (1 - e)/(1 + e), e = e^-2u. *)
Definition tanh_of_pos (k terms : nat) (u : Q) : Z * Z :=
  let m := halvings u in
  let y := ((Qnum u * 2 ^ Z.of_nat k) / (Zpos (Qden u) * 2 ^ Z.of_nat m))%Z in
  let y' := (- ((- (Qnum u * 2 ^ Z.of_nat k)) / (Zpos (Qden u) * 2 ^ Z.of_nat m)))%Z in
  let e := squared k (S m) (exp_series k terms (y, y')) in
  let one := (2 ^ Z.of_nat k)%Z in
  let f a := ((one - a) * one)%Z in
  (f (snd e) / (one + snd e), - ((- f (fst e)) / (one + fst e)))%Z.
Definition tanh_bounds (k terms : nat) (u : Q) : Z * Z :=
  if Qle_bool 0 u then tanh_of_pos k terms u
  else let b := tanh_of_pos k terms (- u) in (- snd b, - fst b)%Z.

Lemma div_le a b : (0 < b)%Z -> IZR (a / b) <= IZR a / IZR b.
Proof.
  intro Hb. pose proof (IZR_lt _ _ Hb) as P. apply (Rmult_le_reg_r (IZR b)); [exact P|].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r, <- mult_IZR by lra. apply IZR_le.
  pose proof (Z.mul_div_le a b Hb). lia.
Qed.
Lemma div_ge a b : (0 < b)%Z -> IZR a / IZR b <= IZR (- ((- a) / b)).
Proof. intro Hb. pose proof (div_le (- a) b Hb) as D. rewrite opp_IZR in D. rewrite opp_IZR. unfold Rdiv in *. lra. Qed.

Lemma tanh_by_exp u : tanh u = (1 - exp (- (2 * u))) / (1 + exp (- (2 * u))).
Proof.
  unfold tanh, sinh, cosh. replace (- (2 * u)) with (- u + - u) by ring. rewrite exp_plus.
  assert (E : exp u * exp (- u) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
  pose proof (exp_pos u). pose proof (exp_pos (- u)). set (a := exp u) in *. set (b := exp (- u)) in *.
  assert (0 < b * b) by now apply Rmult_lt_0_compat.
  apply (Rmult_eq_reg_r ((a + b) * (1 + b * b))); [|nra]. field_simplify; [|lra|lra]. nra.
Qed.

Lemma tanh_of_pos_about k terms u : 0 <= Q2R u -> about k (tanh_of_pos k terms u) (tanh (Q2R u)).
Proof.
  intro Hu. unfold tanh_of_pos. set (m := halvings u). cbv zeta. set (one := (2 ^ Z.of_nat k)%Z).
  set (d := (Zpos (Qden u) * 2 ^ Z.of_nat m)%Z).
  assert (Hd : (0 < d)%Z) by (unfold d; apply Z.mul_pos_pos; [lia|apply Z.pow_pos_nonneg; lia]).
  pose proof (two_pos k) as Pk. pose proof (two_pos m) as Pm.
  assert (One : IZR one = 2 ^ k) by (unfold one; now rewrite pow_IZR).
  assert (EY : IZR (Qnum u * one) / IZR d = Q2R u / 2 ^ m * 2 ^ k).
  { unfold d. rewrite !mult_IZR, One, <- (pow_IZR 2 m). unfold Q2R. pose proof (IZR_lt 0 (Zpos (Qden u)) ltac:(lia)).
    field. lra. }
  set (y := (Qnum u * one / d)%Z). set (y' := (- (- (Qnum u * one) / d))%Z).
  assert (Y : about k (y, y') (Q2R u / 2 ^ m)).
  { unfold about. cbn [fst snd]. rewrite <- EY. split; [now apply div_le|now apply div_ge]. }
  assert (Hy : (0 <= fst (y, y'))%Z).
  { cbn [fst]. unfold y. apply Z.div_pos; [|exact Hd]. apply Z.mul_nonneg_nonneg; [|unfold one; lia].
    apply le_IZR. unfold Q2R in Hu. pose proof (IZR_lt 0 (Zpos (Qden u)) ltac:(lia)) as Pd.
    apply (Rmult_le_reg_r (/ IZR (Zpos (Qden u)))); [now apply Rinv_0_lt_compat|]. lra. }
  pose proof (exp_series_about k terms (y, y') _ Hy Y) as E0.
  assert (N0 : (0 <= fst (exp_series k terms (y, y')))%Z).
  { unfold exp_series. destruct (summed _ _ _ _ _ _ _). cbn [fst]. lia. }
  pose proof (squared_about k (S m) _ _ N0 E0) as E.
  assert (Ee : exp (- (Q2R u / 2 ^ m)) ^ (2 ^ S m) = exp (- (2 * Q2R u))).
  { assert (G : forall j x, exp x ^ (2 ^ j) = exp (x * 2 ^ j)).
    { induction j as [|j IH]; intro x; [simpl; now rewrite !Rmult_1_r|]. simpl (2 ^ S j)%nat.
      rewrite Nat.add_0_r, pow_add, IH, <- exp_plus.
      f_equal. simpl. ring. }
    rewrite G. f_equal. simpl. field. lra. }
  rewrite Ee in E. set (e := squared k (S m) (exp_series k terms (y, y'))) in *.
  assert (Ne : (0 <= fst e)%Z).
  { unfold e. generalize (exp_series k terms (y, y')), N0. generalize (S m).
    induction n as [|n IH]; intros a Ha; [exact Ha|].
    cbn [squared]. apply IH. now apply times_nonneg. }
  destruct E as (E1 & E2). rewrite tanh_by_exp. set (x := exp (- (2 * Q2R u))) in *.
  assert (Px : 0 < x) by apply exp_pos.
  assert (Ne' : (0 <= snd e)%Z). { apply le_IZR. assert (0 < x * 2 ^ k) by now apply Rmult_lt_0_compat. lra. }
  assert (O0 : (0 < one)%Z) by (apply lt_IZR; rewrite One; exact Pk).
  apply IZR_le in Ne. apply IZR_le in Ne'. unfold about. cbn [fst snd].
  assert (Mono : forall a b, 0 <= a -> a <= b -> (2 ^ k - b) * 2 ^ k / (2 ^ k + b) <= (2 ^ k - a) * 2 ^ k / (2 ^ k +
    a)).
  { intros a b Ha Hab. apply (Rmult_le_reg_r ((2 ^ k + a) * (2 ^ k + b))); [apply Rmult_lt_0_compat; lra|].
    replace ((2 ^ k - b) * 2 ^ k / (2 ^ k + b) * ((2 ^ k + a) * (2 ^ k + b))) with ((2 ^ k - b) * 2 ^ k * (2 ^ k + a))
      by (field; lra).
    replace ((2 ^ k - a) * 2 ^ k / (2 ^ k + a) * ((2 ^ k + a) * (2 ^ k + b))) with ((2 ^ k - a) * 2 ^ k * (2 ^ k + b))
      by (field; lra).
    assert (0 <= 2 ^ k * (2 ^ k * (b - a))) by (apply Rmult_le_pos; [lra|apply Rmult_le_pos; lra]). nra. }
  assert (V : (1 - x) / (1 + x) * 2 ^ k = (2 ^ k - x * 2 ^ k) * 2 ^ k / (2 ^ k + x * 2 ^ k)).
  { field. split; [|lra]. assert (0 < x * 2 ^ k) by now apply Rmult_lt_0_compat. lra. }
  rewrite V. assert (0 < x * 2 ^ k) by now apply Rmult_lt_0_compat.
  apply le_IZR in Ne. apply le_IZR in Ne'. split.
  - eapply Rle_trans; [apply div_le; lia|]. rewrite mult_IZR, minus_IZR, plus_IZR, One. apply Mono; lra.
  - eapply Rle_trans; [|apply div_ge; lia]. rewrite mult_IZR, minus_IZR, plus_IZR, One.
    apply Mono; [apply IZR_le in Ne; lra|lra].
Qed.

Theorem tanh_bounds_about k terms u : about k (tanh_bounds k terms u) (tanh (Q2R u)).
Proof.
  unfold tanh_bounds. destruct (Qle_bool 0 u) eqn:H.
  - apply tanh_of_pos_about. apply Qle_bool_iff, Qle_Rle in H. unfold Q2R in H at 1. simpl in H. lra.
  - assert (N : 0 <= Q2R (- u)).
    { rewrite Q2R_opp. assert (Q2R u < Q2R 0). { apply Qlt_Rlt, Qnot_le_lt. intro C. apply Qle_bool_iff in C.
      congruence. }
      unfold Q2R in H0 at 2. simpl in H0. lra. }
    pose proof (tanh_of_pos_about k terms (- u) N) as (A & B). rewrite Q2R_opp in A, B.
    assert (O : forall v, tanh (- v) = - tanh v).
    { intro v. unfold tanh, sinh, cosh. rewrite Ropp_involutive. pose proof (exp_pos v). pose proof (exp_pos (- v)).
      field. lra. }
    rewrite O in A, B. unfold about. cbn [fst snd]. rewrite !opp_IZR. lra.
Qed.
