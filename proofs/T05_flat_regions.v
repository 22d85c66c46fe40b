(** T5: flat regions are convex, and the energy is constant on each. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Hopverify Require Import Sums Model.
Open Scope R_scope.

Section FlatRegions.
Variable n : nat.
Variables tau rho b : vec.
Variable g : vec -> vec.
Variable Lw S : vec -> R.
Variable dS : vec -> vec.
Notation dist := (dist n).
Notation agree := (agree n).
Notation energy := (energy n rho b g Lw S).
Notation force := (force rho b g dS).
Notation solution := (solution n tau rho b g dS).
Notation equilibrium := (equilibrium n rho b g dS).
Notation fibre := (fibre n g).
Notation timed_monotone := (timed_monotone n tau g).

Hypothesis rho_pos : forall i, (i < n)%nat -> 0 < rho i.
Hypothesis Lw_gradient : gradient n Lw (fun x i => rho i * g x i).
Hypothesis Lw_convex : convex n Lw (fun x i => rho i * g x i).
Hypothesis S_gradient : gradient n S dS.

Lemma tangent x y : sum n (fun i => rho i * g x i * (y i - x i)) <= Lw y - Lw x.
Proof. exact (Lw_convex x y). Qed.

(** T5: the energy is constant on the flat region of every activation gamma. *)
Theorem T5_energy_constant gamma x y : fibre gamma x -> fibre gamma y -> energy x = energy y.
Proof.
  intros Hx Hy. unfold Model.energy.
  assert (A : agree (g x) (g y)) by (intros i Hi; rewrite (Hx i Hi), (Hy i Hi); reflexivity).
  rewrite (gradient_agree n S dS (g x) (g y) S_gradient A).
  pose proof (tangent x y) as C1. pose proof (tangent y x) as C2.
  assert (E1 : sum n (fun i => rho i * g x i * (y i - x i))
    = sum n (fun i => (rho i * y i - b i) * g y i) - sum n (fun i => (rho i * x i - b i) * g x i)).
  { rewrite <- sum_minus. apply sum_ext. intros i Hi. rewrite (A i Hi). ring. }
  assert (E2 : sum n (fun i => rho i * g y i * (x i - y i))
    = - sum n (fun i => rho i * g x i * (y i - x i))).
  { rewrite <- sum_opp. apply sum_ext. intros i Hi. rewrite (A i Hi). ring. }
  lra.
Qed.

(** T5: F(gamma) is convex. Where two states share an activation, the segment between them does. *)
Theorem T5_fibre_convex gamma x y s : fibre gamma x -> fibre gamma y -> 0 <= s <= 1 ->
  fibre gamma (between s x y).
Proof.
  intros Hx Hy Hs. set (z := between s x y).
  (* Lw lies below its tangent at x, continued to z and beyond,
    everywhere: z minimises Lw - gamma . *)
  assert (Min : forall w, Lw z - sum n (fun i => rho i * gamma i * z i)
    <= Lw w - sum n (fun i => rho i * gamma i * w i)).
  { intro w.
    assert (B : forall p q, fibre gamma p -> Lw p - sum n (fun i => rho i * gamma i * p i)
      <= Lw q - sum n (fun i => rho i * gamma i * q i)).
    { intros p q Hp. pose proof (tangent p q) as C.
      assert (E : sum n (fun i => rho i * g p i * (q i - p i))
        = sum n (fun i => rho i * gamma i * q i) - sum n (fun i => rho i * gamma i * p i)).
      { rewrite <- sum_minus. apply sum_ext. intros i Hi. rewrite (Hp i Hi). ring. }
      lra. }
    assert (U : Lw z - sum n (fun i => rho i * gamma i * z i)
      <= Lw x - sum n (fun i => rho i * gamma i * x i)); [|pose proof (B x w Hx); lra].
    (* convexity of Lw along the segment, from the tangent at z *)
    pose proof (tangent z x) as C1. pose proof (tangent z y) as C2. pose proof (B x y Hx).
      pose proof (B y x Hy).
    assert (E1 : sum n (fun i => rho i * g z i * (x i - z i))
      = - s * sum n (fun i => rho i * g z i * (y i - x i))).
    { rewrite <- sum_scal. apply sum_ext. intros i Hi. unfold z, between. ring. }
    assert (E2 : sum n (fun i => rho i * g z i * (y i - z i))
      = (1 - s) * sum n (fun i => rho i * g z i * (y i - x i))).
    { rewrite <- sum_scal. apply sum_ext. intros i Hi. unfold z, between. ring. }
    assert (E3 : sum n (fun i => rho i * gamma i * z i)
      = (1 - s) * sum n (fun i => rho i * gamma i * x i)
      + s * sum n (fun i => rho i * gamma i * y i)).
    { rewrite <- !sum_scal, <- sum_plus. apply sum_ext. intros i Hi. unfold z, between. ring. }
    rewrite E1 in C1. rewrite E2 in C2. set (D := sum n (fun i => rho i * g z i * (y i - x i)))
      in *. rewrite E3.
    set (a := sum n (fun i => rho i * gamma i * x i)) in *.
      set (c := sum n (fun i => rho i * gamma i * y i)) in *. nra. }
  (* so the gradient there is gamma: test it against itself *)
  intros i Hi. destruct (Req_dec (g z i) (gamma i)) as [|Hne]; auto. exfalso.
  set (e := rho i * (g z i - gamma i)). pose proof (rho_pos i Hi) as Pr.
  assert (He : 0 < Rabs e). { apply Rabs_pos_lt. unfold e. apply Rmult_integral_contrapositive.
    split; lra. }
  destruct (Lw_gradient z (Rabs e / 2)) as (d & Hd & K). lra.
  (* one step of length d against e, in coordinate i *)
  set (sg := if Rle_dec 0 e then 1 else -1).
  assert (Hsg : sg * e = Rabs e /\ Rabs sg = 1). { unfold sg. destruct (Rle_dec 0 e); split.
    - rewrite Rabs_pos_eq; lra. - apply Rabs_R1. - rewrite Rabs_left; lra.
      - rewrite Rabs_left; lra. }
  set (w := fun j => if Nat.eqb j i then z j - d * sg else z j).
  assert (S1 : forall c, sum n (fun j => c j * (w j - z j)) = - (c i * (d * sg))).
  { intro c. clear - Hi. unfold w. revert Hi. generalize n. intro m.
    induction m as [|m IH]; intro Hi; [lia|]. simpl.
    destruct (Nat.eqb_spec m i) as [->|Q].
    - assert (Z : sum i (fun j => c j * ((if Nat.eqb j i then z j - d * sg else z j) - z j)) = 0).
      { rewrite <- (sum_zero i). apply sum_ext. intros j Hj.
        destruct (Nat.eqb_spec j i); [lia|ring]. }
      rewrite Z. ring.
    - rewrite IH by lia. ring. }
  assert (Dw : dist z w = d).
  { unfold Model.dist. transitivity (sum n (fun j => - sg * (w j - z j))).
    - apply sum_ext. intros j Hj. unfold w.
      destruct (Nat.eqb j i); [|rewrite Rminus_eq_0, Rabs_R0; ring].
      replace (z j - d * sg - z j) with (- (d * sg)) by ring.
        rewrite Rabs_Ropp, Rabs_mult, (proj2 Hsg), Rabs_pos_eq by lra.
      assert (sg * sg = 1). { unfold sg. destruct (Rle_dec 0 e); ring. } nra.
    - rewrite (S1 (fun _ => - sg)). assert (sg * sg = 1). { unfold sg.
      destruct (Rle_dec 0 e); ring. } nra. }
  specialize (K w). rewrite Dw in K. specialize (K (Rle_refl d)).
    rewrite (S1 (fun j => rho j * g z j)) in K.
  apply Rabs_le_between in K. destruct K as (_ & K). pose proof (Min w) as M.
  assert (E : sum n (fun j => rho j * gamma j * w j)
    = sum n (fun j => rho j * gamma j * z j) - rho i * gamma i * (d * sg)).
  { pose proof (S1 (fun j => rho j * gamma j)) as S2.
    rewrite <- (Rplus_0_r (sum n (fun j => rho j * gamma j * w j))).
    assert (Q : sum n (fun j => rho j * gamma j * (w j - z j))
      = sum n (fun j => rho j * gamma j * w j) - sum n (fun j => rho j * gamma j * z j)).
    { rewrite <- sum_minus. apply sum_ext; intros; ring. } lra. }
  rewrite E in M. assert (F : rho i * g z i * (d * sg) - rho i * gamma i * (d * sg) = d * Rabs e)
    by (rewrite <- (proj1 Hsg); unfold e; ring).
  nra.
Qed.
End FlatRegions.
